"""From bandit's JSON report to findings, what it could not read, and how often it was told to look away."""

from __future__ import annotations

import msgspec

from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers.decode import decode

_NAME = "bandit.json"
_SEVERITIES = {"HIGH": Severity.HIGH, "MEDIUM": Severity.MEDIUM, "LOW": Severity.LOW}


class _Counts(msgspec.Struct, frozen=True):
    loc: int
    nosec: int
    skipped_tests: int = 0


class _Result(msgspec.Struct, frozen=True):
    test_id: str
    test_name: str
    issue_text: str
    issue_severity: str
    issue_confidence: str
    filename: str
    line_number: int
    line_range: tuple[int, ...] = ()
    col_offset: int = -1
    more_info: str | None = None


class _Error(msgspec.Struct, frozen=True):
    filename: str
    reason: str


class _Metrics(msgspec.Struct, frozen=True):
    totals: _Counts = msgspec.field(name="_totals")


class _Summed(msgspec.Struct, frozen=True):
    """The sums in bandit's report, which stand among the metrics of files."""

    metrics: _Metrics


class _Report(msgspec.Struct, frozen=True):
    metrics: dict[str, _Counts]
    results: tuple[_Result, ...]
    errors: tuple[_Error, ...]


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the report. A file or folder that bandit could not read is a problem, however green the rest is."""
    report, totals = decode(outputs, _NAME, _Report), decode(outputs, _NAME, _Summed).metrics.totals
    files, silenced = len(report.metrics) - 1, totals.nosec + totals.skipped_tests
    return Reading(
        looked_at=(LookedAt(what="files scanned", count=files), LookedAt(what="lines of code", count=totals.loc)),
        findings=tuple(_finding(result, context) for result in report.results),
        measures=(Measure(name="security.nosec", value=silenced, unit="count", better=Better.LOWER),),
        problems=tuple(_problem(error, context) for error in report.errors),
    )


def _finding(result: _Result, context: ReadContext) -> Finding:
    return Finding(
        rule=result.test_id,
        tool="bandit",
        message=f"{result.issue_text} ({result.test_name}, confidence {result.issue_confidence.lower()})",
        severity=_SEVERITIES.get(result.issue_severity, Severity.UNKNOWN),
        place=Place(
            path=context.relative(result.filename),
            line=result.line_number,
            column=result.col_offset + 1 or None,
            end_line=max(result.line_range or (result.line_number,)),
        ),
        url=result.more_info or "",
    )


def _problem(error: _Error, context: ReadContext) -> Problem:
    return Problem(code="not-parsed", text=f"bandit could not read {context.relative(error.filename)}: {error.reason}")
