"""From what zizmor and actionlint say, and from the files themselves, to findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import msgspec

from onward.gates.workflows.shapes import Planted
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers.canaries import replaced
from onward.readers.decode import decode

PLANTED = "planted.json"
ZIZMOR = "zizmor.json"
ACTIONLINT = "actionlint.json"
_SEVERITIES = {
    "High": Severity.HIGH,
    "Medium": Severity.MEDIUM,
    "Low": Severity.LOW,
    "Informational": Severity.INFO,
    "Unknown": Severity.UNKNOWN,
}


def is_workflow(path: str) -> bool:
    """Return whether GitHub takes the file for a workflow, or it is a composite action."""
    if path.startswith(".github/workflows/") and path.count("/") == 2:
        return path.endswith((".yml", ".yaml"))
    return path.rpartition("/")[2] in {"action.yml", "action.yaml"}


class _Point(msgspec.Struct, frozen=True):
    row: int
    column: int


class _Span(msgspec.Struct, frozen=True):
    start: _Point = msgspec.field(name="start_point")
    end: _Point = msgspec.field(name="end_point")


class _Concrete(msgspec.Struct, frozen=True):
    location: _Span


class _Local(msgspec.Struct, frozen=True):
    verbatim_path: str


class _Key(msgspec.Struct, frozen=True):
    local: _Local = msgspec.field(name="Local")


class _Symbolic(msgspec.Struct, frozen=True):
    kind: str
    annotation: str
    key: _Key


class _Location(msgspec.Struct, frozen=True):
    symbolic: _Symbolic
    concrete: _Concrete


class _Determinations(msgspec.Struct, frozen=True):
    severity: str


class _Fix(msgspec.Struct, frozen=True):
    title: str


class _Audit(msgspec.Struct, frozen=True):
    """One entry of zizmor's report."""

    ident: str
    desc: str
    url: str
    determinations: _Determinations
    locations: Annotated[tuple[_Location, ...], msgspec.Meta(min_length=1)]
    ignored: bool
    fixes: tuple[_Fix, ...] | None = None


class _Mistake(msgspec.Struct, frozen=True):
    """One entry of actionlint's report."""

    kind: str
    message: str
    path: str = msgspec.field(name="filepath")
    line: int
    column: int


def read_zizmor(outputs: Outputs, _: ReadContext) -> Reading:
    """Read zizmor's version 1 JSON; rows there count from 0. Each file was named, so none can be left out quietly."""
    entries = decode(outputs, ZIZMOR, tuple[_Audit, ...])
    findings = [_zizmor_finding(entry) for entry in entries if not entry.ignored]
    return _reading(findings, decode(outputs, PLANTED, Planted), what="workflows audited")


def _zizmor_finding(entry: _Audit) -> Finding:
    first = next((location for location in entry.locations if location.symbolic.kind == "Primary"), entry.locations[0])
    span = first.concrete.location
    return Finding(
        rule=entry.ident,
        tool="zizmor",
        message=f"{entry.desc}: {first.symbolic.annotation}",
        severity=_SEVERITIES.get(entry.determinations.severity, Severity.UNKNOWN),
        place=Place(
            path=first.symbolic.key.local.verbatim_path,
            line=span.start.row + 1,
            column=span.start.column + 1,
            end_line=span.end.row + 1,
            end_column=span.end.column + 1,
        ),
        url=entry.url,
        fix=entry.fixes[0].title if entry.fixes else "",
    )


def read_actionlint(outputs: Outputs, _: ReadContext) -> Reading:
    """Read actionlint's JSON; a column of 0 means the whole line."""
    findings = [_actionlint_finding(entry) for entry in decode(outputs, ACTIONLINT, tuple[_Mistake, ...])]
    return _reading(findings, _without_actions(decode(outputs, PLANTED, Planted)), what="workflows checked")


def _without_actions(copy: Planted) -> Planted:
    """Return the copy as actionlint sees it: composite actions are none of its business."""
    workflows = {path: text for path, text in copy.texts.items() if path.startswith(".github/workflows/")}
    return replace(copy, texts=workflows)


def _actionlint_finding(entry: _Mistake) -> Finding:
    place = Place(path=entry.path, line=entry.line or None, column=entry.column or None)
    severity = Severity.HIGH if entry.kind == "syntax-check" else Severity.MEDIUM
    return Finding(rule=entry.kind, tool="actionlint", message=entry.message, severity=severity, place=place)


def _reading(findings: Sequence[Finding], copy: Planted, *, what: str) -> Reading:
    placed = [replaced(finding, copy.root) for finding in findings]
    seen = any(finding.place.path == copy.canary for finding in placed)
    return Reading(
        looked_at=(workflows_read(copy, what=what, seen=seen),),
        findings=tuple(finding for finding in placed if finding.place.path != copy.canary),
        problems=() if seen else (control_missed(copy),),
    )


def workflows_read(copy: Planted, *, what: str, seen: bool) -> LookedAt:
    """Count the workflows and actions: all of them when the planted one was seen, else none."""
    there = [path for path in copy.texts if is_workflow(path)]
    readable = sum(1 for path in there if copy.texts[path] is not None)
    return LookedAt(what=what, count=readable if seen else 0, expected=len(there))


def control_missed(copy: Planted) -> Problem:
    """Say that the planted faults were not found."""
    text = f"no fault of {copy.canary} was reported, so an empty result for the project proves nothing"
    return Problem(code="control-missed", text=text)
