"""From the comparison of a formatted copy with the tree to findings, one for each hunk that would change."""

from __future__ import annotations

from onward.guest.shared_shapes import Formatted, Hunk
from onward.model.evidence import Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers import canaries
from onward.readers.decode import decode


def read(tool: str, outputs: Outputs, context: ReadContext) -> Reading:
    """Read `format.json`; a canary that the tool left alone makes its silence about that folder worthless."""
    data = decode(outputs, "format.json", Formatted)
    narrowed = context.check.narrowed is not None
    seen = canaries.sight(data.manifest, data.touched, what="files compared", narrowed=narrowed)
    return Reading(
        looked_at=(seen.looked_at,),
        findings=tuple(_finding(tool, hunk) for hunk in data.hunks),
        problems=seen.problems + _given_up(tool, outputs),
        notes=seen.notes,
    )


def _finding(tool: str, hunk: Hunk) -> Finding:
    program = tool.replace("-", " ")
    return Finding(
        rule=tool,
        tool=tool,
        message=f"{program} would make {_lines(hunk.becomes)} of {_lines(hunk.lines)}",
        severity=Severity.LOW,
        place=Place(path=hunk.path, line=hunk.line, end_line=hunk.end_line),
        fix=f"{program} {hunk.path}",
    )


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


def _given_up(tool: str, outputs: Outputs) -> tuple[Problem, ...]:
    failed = any(code != 0 for code in outputs.exits)
    text = f"{tool} could not format every file, probably because one does not parse; see the log of this step"
    return (Problem(code="not-parsed", text=text),) if failed else ()
