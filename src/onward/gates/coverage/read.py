"""What the coverage gate concludes from the merged report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers import coverage

REPORT = "coverage.json"
MERGED = "merge.json"
LINES = "coverage.lines"
BRANCHES = "coverage.branches"
_WORST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What went into the report: how many steps should have left data, and how many did."""

    expected: int
    steps: tuple[str, ...]
    configured: bool
    version: str


def read(outputs: Outputs, _: ReadContext) -> Reading:
    """Return line and branch coverage; data that is missing from a step makes too little looked at."""
    report = coverage.read(outputs, REPORT)
    merged = _merged(outputs)
    return Reading(
        looked_at=(
            LookedAt(what="steps with coverage data", count=len(merged.steps), expected=merged.expected),
            LookedAt(what="files measured", count=len(report.files)),
            LookedAt(what="statements", count=report.total.statements),
        ),
        findings=tuple(_untested(report)),
        measures=tuple(_measures(report)),
        notes=tuple(_notes(report, merged)),
    )


def _merged(outputs: Outputs) -> Merged:
    data = outputs.json(MERGED)
    try:
        wanted = [step for step in data["steps"] if _should_have_data(step)]
        return Merged(
            expected=max(1, len(wanted)),
            steps=tuple(step["step"] for step in wanted if step["files"]),
            configured=bool(data["configured"]),
            version=str(data["coverage"]),
        )
    except (KeyError, TypeError) as error:
        raise ReadError(f"{MERGED} is not what the merger writes ({error!r})", where=MERGED) from error


def _should_have_data(step: Mapping[str, Any]) -> bool:
    """Return whether a step ran any test: one without tests has nothing to measure."""
    return bool(step["files"] or step["executed"] != 0)


def _measures(report: coverage.Report) -> Iterator[Measure]:
    for name, value in ((LINES, report.total.lines_percent), (BRANCHES, report.total.branches_percent)):
        if value is not None:
            yield Measure(name=name, value=value, unit="percent", better=Better.HIGHER)


def _untested(report: coverage.Report) -> Iterator[Finding]:
    """Yield files that no test reaches at all: a hint where to begin, not a reason to stop anybody."""
    for file in report.files:
        if file.counts.statements and not file.counts.covered:
            yield Finding(
                rule="untested-file",
                tool="coverage",
                message=f"no test reaches any of the {file.counts.statements} statements of {file.path}",
                severity=Severity.INFO,
                place=Place(path=file.path, line=1),
                subject=file.path,
            )


def _notes(report: coverage.Report, merged: Merged) -> Iterator[str]:
    yield f"coverage {merged.version} over {', '.join(merged.steps)}"
    if not report.has_branches:
        yield "branches were not measured: set `branch = true` in the project's coverage configuration"
    if not merged.configured:
        yield "the project's coverage configuration names no source, so `source` of onward.toml was measured"
    incomplete = sorted((file for file in report.files if file.missing), key=lambda file: -len(file.missing))
    for file in incomplete[:_WORST]:
        yield f"{file.path}: {file.counts.lines_percent or 0:.1f} % (missing lines {coverage.spans(file.missing)})"
    if len(incomplete) > _WORST:
        yield f"{len(incomplete) - _WORST} more files have missing lines; see the HTML report"
