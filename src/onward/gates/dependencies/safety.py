"""safety's report: a second opinion about the same list, from a source that asks for an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Severity
from onward.model.gate import Outputs, ReadContext

REPORT, CONTROL, INSTALLED = "safety.json", "safety-control.json", "installed.json"


def read(outputs: Outputs, _: ReadContext) -> Reading:
    """Return a finding for each vulnerability; the old jinja2 of the control must have been found as well."""
    report, control = outputs.json(REPORT), outputs.json(CONTROL)
    try:
        packages = outputs.json(INSTALLED)["packages"]
        scanned = report["scanned_packages"]
        findings = tuple(_findings(report))
        problems = () if control["vulnerabilities"] else (_control_missed(),)
        notes = tuple(_notes(report))
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"safety's report is not shaped as expected ({error!r})", where=REPORT) from error
    return Reading(
        looked_at=(LookedAt(what="dependencies seen by safety", count=len(scanned), expected=len(packages)),),
        findings=findings,
        problems=problems,
        notes=notes,
    )


def _control_missed() -> Problem:
    return Problem(code="control-missed", text="safety knows nothing against jinja2 2.4, so its silence means nothing")


def _findings(report: Mapping[str, Any]) -> Iterator[Finding]:
    for one in report["vulnerabilities"]:
        name, version = one["package_name"], one["analyzed_version"]
        fixed = one.get("fixed_versions") or ()
        yield Finding(
            rule=one.get("CVE") or one["vulnerability_id"],
            tool="safety",
            message=f"{name} {version}: {' '.join(str(one['advisory']).split())[:200]}",
            severity=_severity(one.get("severity")),
            subject=f"{name} {version}",
            url=one.get("more_info_url") or "",
            fix=f"upgrade {name} to {', '.join(fixed)}" if fixed else f"no fixed version of {name} is known",
        )


def _severity(said: Any) -> Severity:
    """Return the severity in a report's nested scores, unknown where there is none."""
    scores = [said.get(name) for name in ("cvssv3", "cvssv2")] if isinstance(said, dict) else []
    words = [str(score.get("base_severity", "")).lower() for score in scores if isinstance(score, dict)]
    return next((Severity(word) for word in words if word in tuple(Severity)), Severity.UNKNOWN)


def _notes(report: Mapping[str, Any]) -> Iterator[str]:
    ignored = [f"{one['package_name']} {one['vulnerability_id']}" for one in report["ignored_vulnerabilities"]]
    if ignored:
        yield f"left out by a policy of safety's own: {', '.join(ignored)}"
