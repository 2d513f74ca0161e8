"""safety's report: a second opinion about the same list, from a source that asks for an account."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from onward.gates.dependencies.shapes import Installed
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers.decode import decode

REPORT, CONTROL, INSTALLED = "safety.json", "safety-control.json", "installed.json"


class _Score(msgspec.Struct, frozen=True):
    base_severity: str | None = None


class _Scores(msgspec.Struct, frozen=True):
    cvssv3: _Score | None = None
    cvssv2: _Score | None = None


class _Vulnerability(msgspec.Struct, frozen=True):
    vulnerability_id: str
    package_name: str
    analyzed_version: str | None = None
    advisory: str | None = None
    cve: str | None = msgspec.field(name="CVE", default=None)
    severity: _Scores | str | None = None
    fixed_versions: tuple[str, ...] | None = None
    more_info_url: str | None = None


class _Control(msgspec.Struct, frozen=True):
    vulnerabilities: tuple[_Vulnerability, ...]


class _Report(_Control, frozen=True):
    scanned_packages: dict[str, object]
    ignored_vulnerabilities: tuple[_Vulnerability, ...]


def read(outputs: Outputs, _: ReadContext) -> Reading:
    """Return a finding for each vulnerability; the old jinja2 of the control must have been found as well."""
    report = decode(outputs, REPORT, _Report)
    scanned, packages = report.scanned_packages, decode(outputs, INSTALLED, Installed).packages
    return Reading(
        looked_at=(LookedAt(what="dependencies seen by safety", count=len(scanned), expected=len(packages)),),
        findings=tuple(_findings(report)),
        problems=() if decode(outputs, CONTROL, _Control).vulnerabilities else (_control_missed(),),
        notes=tuple(_notes(report)),
    )


def _control_missed() -> Problem:
    return Problem(code="control-missed", text="safety did not report jinja2 2.4, so an empty result proves nothing")


def _findings(report: _Report) -> Iterator[Finding]:
    for one in report.vulnerabilities:
        name, version, fixed = one.package_name, one.analyzed_version, ", ".join(one.fixed_versions or ())
        yield Finding(
            rule=one.cve or one.vulnerability_id,
            tool="safety",
            message=f"{name} {version}: {' '.join((one.advisory or '').split())[:200]}",
            severity=_severity(one.severity),
            subject=f"{name} {version}",
            url=one.more_info_url or "",
            fix=f"upgrade {name} to {fixed}" if fixed else f"no fixed version of {name} exists yet",
        )


def _severity(said: _Scores | str | None) -> Severity:
    """Return the severity in a report's nested scores, unknown where there is none."""
    scores = (said.cvssv3, said.cvssv2) if isinstance(said, _Scores) else ()
    words = [(score.base_severity or "").lower() for score in scores if score]
    return next((Severity(word) for word in words if word in tuple(Severity)), Severity.UNKNOWN)


def _notes(report: _Report) -> Iterator[str]:
    ignored = [f"{one.package_name} {one.vulnerability_id}" for one in report.ignored_vulnerabilities]
    if ignored:
        yield f"ignored by safety's own policy: {', '.join(ignored)}"
