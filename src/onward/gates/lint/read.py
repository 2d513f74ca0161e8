"""From the output of flake8 and ruff to findings."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from onward.errors import ReadError
from onward.guest.shared_shapes import Planted
from onward.model.evidence import Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers import canaries
from onward.readers.decode import decode

# ASCII keeps two characters for exactly this; no message contains them, whatever language it is written in.
_RECORD, _FIELD = "\x1e", "\x1f"
FORMAT = _RECORD + _FIELD.join(("%(path)s", "%(row)d", "%(col)d", "%(code)s", "%(text)s"))

# The file could not be parsed or read, so nothing else is known about it.
_UNPARSED = {"E999", "E902", "invalid-syntax", "syntax-error", "io-error"}


def read_flake8(outputs: Outputs, context: ReadContext) -> Reading:
    """Read `flake8.txt`, written in FORMAT; a torn record or text before the first one is a ReadError."""
    text = outputs.text("flake8.txt")
    head, *records = text.split(_RECORD)
    if head.strip() or (records and not text.endswith("\n")):
        raise ReadError("flake8's output is malformed", where="flake8.txt")
    return _reading([_flake8_finding(record) for record in records], outputs, context)


def _flake8_finding(record: str) -> Finding:
    fields = record.split(_FIELD)
    if len(fields) != 5 or not (fields[1].isdigit() and fields[2].isdigit()):
        raise ReadError("a line of flake8's output is malformed", where="flake8.txt")
    path, row, column, code, rest = fields
    # a project may ask flake8 to show the source below each message
    message = rest.splitlines()[0] if rest else ""
    place = Place(path=path, line=int(row) or None, column=int(column) or None)
    return Finding(rule=code, tool="flake8", message=message, severity=_severity(code), place=place)


class _Point(msgspec.Struct, frozen=True):
    row: int
    column: int


class _Fix(msgspec.Struct, frozen=True):
    message: str | None = None


class _Entry(msgspec.Struct, frozen=True):
    """One entry of ruff's report."""

    code: str | None
    message: str
    filename: str
    location: _Point
    end_location: _Point
    url: str | None = None
    fix: _Fix | None = None


def read_ruff(outputs: Outputs, context: ReadContext) -> Reading:
    """Read ruff's JSON list."""
    entries = decode(outputs, "ruff.json", tuple[_Entry, ...])
    return _reading([_ruff_finding(entry) for entry in entries], outputs, context)


def _ruff_finding(entry: _Entry) -> Finding:
    code, start, end = entry.code or "invalid-syntax", entry.location, entry.end_location
    place = Place(path=entry.filename, line=start.row, column=start.column, end_line=end.row, end_column=end.column)
    return Finding(
        rule=code,
        tool="ruff",
        message=entry.message,
        severity=_severity(code),
        place=place,
        url=entry.url or "",
        fix=(entry.fix and entry.fix.message) or "",
    )


def _severity(code: str) -> Severity:
    return Severity.HIGH if code in _UNPARSED else Severity.LOW


def _reading(findings: Sequence[Finding], outputs: Outputs, context: ReadContext) -> Reading:
    copy = decode(outputs, "planted.json", Planted)
    placed = [canaries.replaced(finding, copy.root) for finding in findings]
    hit = {finding.place.path for finding in placed} & set(copy.canaries)
    narrowed = context.check.narrowed is not None
    seen = canaries.sight(copy, [path for path in hit if path], what="files linted", narrowed=narrowed)
    wanted = set(copy.files) if narrowed else None
    return Reading(
        looked_at=(seen.looked_at,),
        findings=tuple(finding for finding in placed if _belongs(finding.place.path, copy, wanted)),
        problems=seen.problems,
        notes=seen.notes,
    )


def _belongs(path: str | None, copy: Planted, wanted: set[str] | None) -> bool:
    return path not in copy.canaries and (wanted is None or path in wanted)
