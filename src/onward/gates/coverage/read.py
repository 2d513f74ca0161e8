"""What the coverage gate concludes from the merged report."""

from __future__ import annotations

from collections.abc import Iterator

from onward.gates.coverage.shapes import Merged
from onward.model.evidence import LookedAt, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers import coverage
from onward.readers.decode import decode

REPORT = "coverage.json"
MERGED = "merge.json"
LINES = "coverage.lines"
BRANCHES = "coverage.branches"
_WORST = 10


def read(outputs: Outputs, _: ReadContext) -> Reading:
    """Return line and branch coverage; data that is missing from a step makes too little looked at."""
    report = decode(outputs, REPORT, coverage.Report)
    merged = decode(outputs, MERGED, Merged)
    # a step that ran no test has nothing to measure
    wanted = [step for step in merged.steps if step.files or step.executed != 0]
    there = [step.step for step in wanted if step.files]
    return Reading(
        looked_at=(
            LookedAt(what="steps with coverage data", count=len(there), expected=max(1, len(wanted))),
            LookedAt(what="files measured", count=len(report.files)),
            LookedAt(what="statements", count=report.total.statements),
        ),
        findings=tuple(_untested(report)),
        measures=tuple(_measures(report)),
        notes=(f"coverage {merged.coverage} over {', '.join(there)}", *_notes(report, merged)),
    )


def _measures(report: coverage.Report) -> Iterator[Measure]:
    for name, value in ((LINES, report.total.lines_percent), (BRANCHES, report.total.branches_percent)):
        if value is not None:
            yield Measure(name=name, value=value, unit="percent", better=Better.HIGHER)


def _untested(report: coverage.Report) -> Iterator[Finding]:
    """Yield files that no test reaches at all: a hint where to begin, not a reason to stop anybody."""
    for path, file in report.files.items():
        if file.counts.statements and not file.counts.covered:
            yield Finding(
                rule="untested-file",
                tool="coverage",
                message=f"no test reaches any of the {file.counts.statements} statements of {path}",
                severity=Severity.INFO,
                place=Place(path=path, line=1),
                subject=path,
            )


def _notes(report: coverage.Report, merged: Merged) -> Iterator[str]:
    if not report.meta.branch_coverage:
        yield "branches not measured: set `branch = true` in the project's coverage configuration"
    if not merged.configured:
        yield "the project's coverage configuration sets no source; onward used `source` of onward.toml"
    incomplete = sorted(
        ((path, file) for path, file in report.files.items() if file.missing), key=lambda entry: -len(entry[1].missing)
    )
    for path, file in incomplete[:_WORST]:
        yield f"{path}: {file.counts.lines_percent or 0:.1f} % (missing lines {coverage.spans(file.missing)})"
    if len(incomplete) > _WORST:
        yield f"{len(incomplete) - _WORST} more files have missing lines; see the HTML report"
