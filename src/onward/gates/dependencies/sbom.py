"""The bill of materials of what is deployed: complete against what is installed and locked, and valid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onward.errors import ReadError
from onward.gates.dependencies.licences import LOCKS
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Severity
from onward.model.gate import Outputs, ReadContext

BILL, CHECKED, INSTALLED = "sbom.cdx.json", "sbom-check.json", "installed.json"
Component = Mapping[str, Any]


def read(outputs: Outputs, _: ReadContext) -> Reading:
    """Return what the bill names of what is there, and a finding for each component that nobody can identify."""
    bill, checked, locks = outputs.json(BILL), outputs.json(CHECKED), outputs.json(LOCKS)
    try:
        named = {_identity(one) for one in bill["components"]}
        installed = {("pypi", name, version) for name, version in outputs.json(INSTALLED)["packages"].items()}
        locked = set(_locked(locks["head"]))
        own = {("pypi", name, version) for name, version in outputs.json(INSTALLED)["own"].items()}
        findings = tuple(_unidentified([one for one in bill["components"] if _identity(one) not in own]))
        problems = tuple(_problems(checked, locks["head"]))
        note = f"CycloneDX {bill['specVersion']}: {len(installed)} Python and {len(locked)} JavaScript packages"
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"the bill of materials is not shaped as expected ({error!r})", where=BILL) from error
    there = installed | locked
    return Reading(
        looked_at=(LookedAt(what="components listed", count=len(named & there), expected=len(there)),),
        findings=findings,
        problems=problems,
        notes=(note,),
    )


def _identity(one: Component) -> tuple[str, str, str]:
    """Return kind, name and version; names of PyPI in their canonical form."""
    kind = "npm" if one.get("purl", "").startswith("pkg:npm/") else "pypi"
    name = one["name"] if kind == "npm" else re.sub(r"[-_.]+", "-", one["name"]).lower()
    return kind, name, one.get("version", "")


def _locked(files: Mapping[str, Sequence[Mapping[str, Any]] | None]) -> Iterator[tuple[str, str, str]]:
    for entries in files.values():
        for one in entries or ():
            if one["ecosystem"] == "npm":
                yield "npm", one["name"], one["version"]


def _unidentified(components: Sequence[Component]) -> Iterator[Finding]:
    for one in components:
        purl, name = one.get("purl", ""), f"{one['name']} {one.get('version', '')}".strip()
        if not purl:
            yield _finding(name, "has no package URL: nobody can say where it came from", "install a released version")
        elif purl.startswith("pkg:npm/") and not (one.get("hashes") or _is_digested(one)):
            yield _finding(
                name,
                "is locked without a digest of its archive",
                "lock again, with the manager whose lock it is, from a registry that serves digests",
            )


def _is_digested(one: Component) -> bool:
    """Return whether Yarn's own digest is noted: of the archive as it packs it anew, so not one of CycloneDX's hashes."""
    return any(said.get("name") == "onward:yarn-checksum" for said in one.get("properties", ()))


def _finding(name: str, what: str, fix: str) -> Finding:
    message = f"{name} {what}"
    return Finding(
        rule="unidentified-component", tool="onward", message=message, severity=Severity.MEDIUM, subject=name, fix=fix
    )


def _problems(checked: Mapping[str, Any], files: Mapping[str, Any]) -> Iterator[Problem]:
    if checked["error"] is not None:
        yield Problem(
            code="invalid-sbom", text=f"the bill is not valid CycloneDX {checked['spec']}: {checked['error']}"
        )
    for path in sorted(path for path, entries in files.items() if entries is None):
        yield Problem(code="lock-unreadable", text=f"{path} cannot be read as a lock")
