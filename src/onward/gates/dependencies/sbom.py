"""The bill of materials of what is deployed: complete against what is installed and locked, and valid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from onward.gates.dependencies.licences import LOCKS
from onward.gates.dependencies.shapes import Checked, Installed
from onward.guest.shared_shapes import Locks
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers.decode import decode

BILL, CHECKED, INSTALLED = "sbom.cdx.json", "sbom-check.json", "installed.json"
Identity = tuple[str, str, str]


class Property(msgspec.Struct, frozen=True):
    name: str = ""


class Component(msgspec.Struct, frozen=True):
    """A component of a bill of materials."""

    name: str
    version: str = ""
    purl: str = ""
    hashes: tuple[object, ...] = ()
    properties: tuple[Property, ...] = ()

    @property
    def identity(self) -> Identity:
        """Kind, name and version; names of PyPI in their canonical form."""
        if self.purl.startswith("pkg:npm/"):
            return "npm", self.name, self.version
        return "pypi", re.sub(r"[-_.]+", "-", self.name).lower(), self.version

    @property
    def is_digested(self) -> bool:
        """Whether its archive's digest is noted: Yarn's own too, which is of the archive as it packs it anew."""
        return bool(self.hashes) or any(said.name == "onward:yarn-checksum" for said in self.properties)


class Bill(msgspec.Struct, frozen=True):
    components: tuple[Component, ...]
    version: str = msgspec.field(name="specVersion")


def read(outputs: Outputs, _: ReadContext) -> Reading:
    """Return what the bill names of what is there, and a finding for each component that nobody can identify."""
    bill, locks = decode(outputs, BILL, Bill), decode(outputs, LOCKS, Locks)
    there = decode(outputs, INSTALLED, Installed)
    installed, own = ({("pypi", *item) for item in named.items()} for named in (there.packages, there.own))
    locked = set(_locked(locks))
    named = {component.identity for component in bill.components} & (installed | locked)
    note = f"CycloneDX {bill.version}: {len(installed)} Python and {len(locked)} JavaScript packages"
    return Reading(
        looked_at=(LookedAt(what="components listed", count=len(named), expected=len(installed | locked)),),
        findings=tuple(_unidentified(component for component in bill.components if component.identity not in own)),
        problems=tuple(_problems(decode(outputs, CHECKED, Checked), locks)),
        notes=(note,),
    )


def _locked(locks: Locks) -> Iterator[Identity]:
    for entries in locks.head.values():
        for entry in entries or ():
            if entry.ecosystem == "npm":
                yield "npm", entry.name, entry.version


def _unidentified(components: Iterable[Component]) -> Iterator[Finding]:
    for component in components:
        name = f"{component.name} {component.version}".strip()
        if not component.purl:
            yield _finding(name, "has no package URL, so its origin is unknown", "install a released version")
        elif component.purl.startswith("pkg:npm/") and not component.is_digested:
            yield _finding(
                name,
                "is locked without a digest of its archive",
                "regenerate the lock file with its package manager, from a registry that serves digests",
            )


def _finding(name: str, what: str, fix: str) -> Finding:
    message = f"{name} {what}"
    return Finding(
        rule="unidentified-component", tool="onward", message=message, severity=Severity.MEDIUM, subject=name, fix=fix
    )


def _problems(checked: Checked, locks: Locks) -> Iterator[Problem]:
    if checked.error is not None:
        yield Problem(code="invalid-sbom", text=f"the bill is not valid CycloneDX {checked.spec}: {checked.error}")
    for path in sorted(path for path, entries in locks.head.items() if entries is None):
        yield Problem(code="lock-unreadable", text=f"{path} is not a readable lock file")
