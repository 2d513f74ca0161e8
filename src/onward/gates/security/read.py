"""From bandit's JSON report to findings, what it could not read, and how often it was told to look away."""

from __future__ import annotations

from typing import Any

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure

_NAME = "bandit.json"
_SEVERITIES = {"HIGH": Severity.HIGH, "MEDIUM": Severity.MEDIUM, "LOW": Severity.LOW}


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the report. A file or folder that bandit could not read is a problem, however green the rest is."""
    data = outputs.json(_NAME)
    try:
        totals, files = data["metrics"]["_totals"], len(data["metrics"]) - 1
        findings = tuple(_finding(result, context) for result in data["results"])
        problems = tuple(_problem(error, context) for error in data["errors"])
        lines, silenced = int(totals["loc"]), int(totals["nosec"]) + int(totals.get("skipped_tests", 0))
    except (KeyError, TypeError, ValueError) as error:
        raise ReadError(f"bandit's report is not complete ({error})", where=_NAME) from error
    return Reading(
        looked_at=(LookedAt(what="files scanned", count=files), LookedAt(what="lines of code", count=lines)),
        findings=findings,
        measures=(Measure(name="security.nosec", value=silenced, unit="count", better=Better.LOWER),),
        problems=problems,
    )


def _finding(result: Any, context: ReadContext) -> Finding:
    lines = result.get("line_range") or [result["line_number"]]
    confidence = str(result["issue_confidence"]).lower()
    return Finding(
        rule=result["test_id"],
        tool="bandit",
        message=f"{result['issue_text']} ({result['test_name']}, confidence {confidence})",
        severity=_SEVERITIES.get(result["issue_severity"], Severity.UNKNOWN),
        place=Place(
            path=context.relative(result["filename"]),
            line=result["line_number"],
            column=result.get("col_offset", -1) + 1 or None,
            end_line=max(lines),
        ),
        url=result.get("more_info") or "",
    )


def _problem(error: Any, context: ReadContext) -> Problem:
    path = context.relative(error["filename"])
    return Problem(code="not-parsed", text=f"bandit could not read {path}: {error['reason']}")
