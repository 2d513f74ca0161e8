"""From mypy's messages and its count of lines to findings and to how much of the code has types at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from onward.errors import ReadError
from onward.guest.shared_shapes import Planted
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.facts import MYPY_FILES
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import CheckContext, Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers import canaries
from onward.readers.decode import decode, decoded

_OUT, _LINES = "mypy.txt", "lines/linecount.txt"
_TEXT = re.compile(
    r"(?P<file>.+?):(?:(?P<line>\d+):)?(?:(?P<column>\d+):)? (?P<severity>error|note): (?P<message>.*?)"
    r"(?:  \[(?P<code>[a-z0-9-]+)\])?"
)
_ROW = re.compile(r"\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S+)")
# printed after the messages when a file does not parse, also where a summary is not wanted
_STOPPED = re.compile(r"Found \d+ errors? in \d+ files? \(errors prevented further checking\)")


class _Said(msgspec.Struct, frozen=True):
    """A message of mypy; columns count from `first`."""

    file: str
    line: int
    column: int
    message: str
    code: str | None
    severity: str
    end_line: int | None = None
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    modules: int
    functions: int
    annotated: int


def targets(context: CheckContext) -> tuple[str, ...]:
    """Return what mypy is told to look at: the option, else what its own configuration says, else the source.

    Nothing is told where its configuration does; only if that names single files alone, they are told as well, so that
    canaries can stand beside them.
    """
    asked = context.settings.texts("paths")
    if asked:
        return asked
    named = context.project.fact(MYPY_FILES)
    if named:
        return named if set(named) <= set(context.project.files) else ()
    return context.pipeline.source or (".",)


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Read mypy's messages, JSON or text; exit code 2 means that it gave up and what it says is not everything."""
    copy = decode(outputs, "planted.json", Planted)
    gave_up = outputs.exits[-1] == 2
    messages = [_message(line) for line in outputs.text(_OUT).splitlines() if line and not _STOPPED.fullmatch(line)]
    placed = [canaries.replaced(found, copy.root) for found in messages if found is not None]
    findings = tuple(found for found in placed if found.place.path not in copy.canaries)
    if gave_up:
        return Reading(
            looked_at=(LookedAt(what="files checked", count=0),), findings=findings, problems=_gave_up(findings)
        )
    hit = [found.place.path for found in placed if found.place.path]
    seen = canaries.sight(copy, hit, what="files checked", within=targets(context.check))
    typed = _typed(outputs.text(_LINES))
    return Reading(
        looked_at=(seen.looked_at, LookedAt(what="modules with counted lines", count=typed.modules)),
        findings=findings,
        measures=_measures(typed),
        problems=seen.problems,
        notes=(*seen.notes, *_notes(typed)),
    )


def _gave_up(findings: tuple[Finding, ...]) -> tuple[Problem, ...]:
    said = f": {findings[0].message}" if findings else "; see its log"
    return (Problem(code="tool-gave-up", text=f"mypy stopped before it had checked everything{said}"),)


def _message(line: str) -> Finding | None:
    """Return the finding of one line; None for a note, which only explains the error before it."""
    found = decoded(line.encode(), _OUT, _Said) if line.startswith("{") else _from_text(line)
    if found.severity == "note":
        return None
    code = found.code or "misc"
    place = Place(
        path=found.file,
        line=_positive(found.line),
        column=_positive(found.column - found.first + 1),
        end_line=_positive(found.end_line),
    )
    severity = Severity.HIGH if code == "syntax" else Severity.LOW
    return Finding(rule=code, tool="mypy", message=found.message, severity=severity, place=place)


def _from_text(line: str) -> _Said:
    match = _TEXT.fullmatch(line)
    if match is None:
        raise ReadError(f"mypy's output has a line that is not a message: {line[:120]}", where=_OUT)
    row, column = (int(number or 0) for number in match.group("line", "column"))
    file, message, code, severity = match.group("file", "message", "code", "severity")
    return _Said(file=file, line=row, column=column, message=message, code=code, severity=severity, first=1)


def _positive(number: int | None) -> int | None:
    return number if number is not None and number >= 1 else None


def _typed(text: str) -> _Typed:
    """Read the line count report: lines with types, lines, functions with types, functions, module."""
    rows = [match.groups() for match in map(_ROW.fullmatch, text.splitlines()) if match]
    if not rows or rows[0][4] != "total":
        raise ReadError("mypy's line count has no total", where=_LINES)
    ours = [row for row in rows[1:] if "onward_canary_" not in row[4]]
    return _Typed(
        modules=len(ours), functions=sum(int(row[3]) for row in ours), annotated=sum(int(row[2]) for row in ours)
    )


def _measures(typed: _Typed) -> tuple[Measure, ...]:
    if not typed.functions:
        return ()
    share = round(100 * typed.annotated / typed.functions, 2)
    return (Measure(name="types.annotated", value=share, unit="percent", better=Better.HIGHER),)


def _notes(typed: _Typed) -> tuple[str, ...]:
    bare = typed.functions - typed.annotated
    text = f"{bare} of {typed.functions} functions have no annotations; mypy checks them only with check_untyped_defs"
    return (text,) if bare else ()
