"""Known vulnerabilities of locked packages: what the registry says to npm, or what an OSV service says of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from onward.errors import ReadError
from onward.gates.frontend import folder, names
from onward.guest.shared_shapes import Asked, Locks
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers import advisories
from onward.readers.decode import decode

_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
}


def read_advisories(outputs: Outputs, context: ReadContext) -> Reading:
    """Read what was answered about every version that the lock names."""
    asked, lock = decode(outputs, advisories.ASKED, Asked), folder.lock(context.check)
    entries = decode(outputs, names.LOCKS, Locks).head.get(lock)
    wanted = {(entry.name, entry.version) for entry in entries or () if entry.version}
    unreadable = Problem(code="lock-unreadable", text=f"{lock} is not a readable lock file")
    return Reading(
        looked_at=(LookedAt(what="packages looked up", count=len(asked.answers), expected=max(1, len(wanted))),),
        findings=tuple(advisories.vulnerable(asked.answers, path=lock)),
        measures=advisories.ages(asked),
        notes=advisories.undetermined(asked),
        problems=(*((unreadable,) if entries is None else ()), *advisories.problems(asked, context)),
    )


class _Via(msgspec.Struct, frozen=True):
    """A known vulnerability of a package."""

    title: str
    range: str
    severity: str
    source: int | str | None = None
    url: str | None = None

    @property
    def advisory(self) -> str:
        """The advisory's own name, which ends its address ("GHSA-…"), else the registry's number."""
        name = (self.url or "").rstrip("/").rpartition("/")[2]
        return name if name.startswith("GHSA-") else f"npm-{self.source}"


class _Package(msgspec.Struct, frozen=True, rename="camel"):
    """A package that is affected; a text in `via` names another one, through which it is, with an entry of its own."""

    name: str
    via: tuple[_Via | str, ...]
    fix_available: bool | dict[str, object] = False


class _Dependencies(msgspec.Struct, frozen=True):
    total: int


class _Metadata(msgspec.Struct, frozen=True):
    dependencies: _Dependencies


class _Report(msgspec.Struct, frozen=True):
    """npm's audit; where the registry did not answer it has nothing but a message."""

    metadata: _Metadata | None = None
    vulnerabilities: dict[str, _Package] | None = None
    message: str = ""


def read_audit(outputs: Outputs, context: ReadContext) -> Reading:
    """Read npm's audit; whatever is not a report (the service refused, nobody answered) is unreadable."""
    _, known = _audited(outputs, names.CONTROL)
    count, packages = _audited(outputs, names.AUDIT)
    found = tuple(_vulnerabilities(packages, context))
    text = "the registry did not report a known vulnerability, so an empty result proves nothing"
    missed = () if known else (Problem(code="control-missed", text=text),)
    return Reading(looked_at=(LookedAt(what="packages audited", count=count),), findings=found, problems=missed)


def _audited(outputs: Outputs, name: str) -> tuple[int, tuple[_Package, ...]]:
    """Return how many dependencies were audited, and which packages are affected."""
    report = decode(outputs, name, _Report)
    if report.metadata is None or report.vulnerabilities is None:
        raise ReadError(
            f"npm audit has no answer of the registry: {report.message or 'it wrote no report'}",
            where=name,
            hint="use a registry that serves advisories, or set audit = false in [gates.frontend]",
        )
    return report.metadata.dependencies.total, tuple(report.vulnerabilities.values())


def _vulnerabilities(packages: Iterable[_Package], context: ReadContext) -> Iterator[Finding]:
    lock = folder.lock(context.check)
    for package in packages:
        for via in (entry for entry in package.via if isinstance(entry, _Via)):
            yield Finding(
                rule=via.advisory,
                tool="npm audit",
                message=f"{package.name} {via.range}: {via.title}",
                severity=_SEVERITIES.get(via.severity, Severity.UNKNOWN),
                place=Place(path=lock),
                subject=f"{package.name} {via.advisory}",
                url=via.url or "",
                fix="npm audit fix" if package.fix_available else "",
            )
