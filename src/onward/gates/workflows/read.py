"""From what zizmor and actionlint say, and from the files themselves, to findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """The copy that checkers looked at: texts of the project's files, and the faulty workflow beside them."""

    root: str
    canary: str
    canary_text: str
    texts: Mapping[str, str | None]

    def relative(self, path: str) -> str:
        """Return a path that a tool printed, relative to the project."""
        return path.removeprefix(self.root + "/").removeprefix("./")


def planted(outputs: Outputs) -> Planted:
    """Read the manifest of the copy; ReadError when it is not one."""
    data = outputs.json(PLANTED)
    try:
        planted_ = Planted(**data)
        if not isinstance(planted_.texts, dict):
            raise TypeError("texts")
    except TypeError as error:
        raise ReadError(f"the list of copied workflows is not complete ({error})", where=PLANTED) from error
    return planted_


def is_workflow(path: str) -> bool:
    """Return whether GitHub takes the file for a workflow, or it is a composite action."""
    if path.startswith(".github/workflows/") and path.count("/") == 2:
        return path.endswith((".yml", ".yaml"))
    return path.rpartition("/")[2] in {"action.yml", "action.yaml"}


def read_zizmor(outputs: Outputs, _: ReadContext) -> Reading:
    """Read zizmor's version 1 JSON; rows there count from 0. Each file was named, so none can be left out quietly."""
    copy, data = planted(outputs), outputs.json(ZIZMOR)
    if not isinstance(data, list):
        raise ReadError("zizmor's report is not a list", where=ZIZMOR)
    try:
        findings = [_zizmor_finding(entry) for entry in data if not entry["ignored"]]
    except (KeyError, TypeError, StopIteration, IndexError) as error:
        raise ReadError(f"an entry of zizmor's report is not complete ({error!r})", where=ZIZMOR) from error
    return _reading(findings, copy, what="workflows audited")


def _zizmor_finding(entry: Mapping[str, Any]) -> Finding:
    locations = entry["locations"]
    first = next((one for one in locations if one["symbolic"]["kind"] == "Primary"), locations[0])
    span = first["concrete"]["location"]
    key = first["symbolic"]["key"]["Local"]
    fixes = entry.get("fixes") or ()
    return Finding(
        rule=entry["ident"],
        tool="zizmor",
        message=f"{entry['desc']}: {first['symbolic']['annotation']}",
        severity=_SEVERITIES.get(entry["determinations"]["severity"], Severity.UNKNOWN),
        place=Place(
            path=key["verbatim_path"],
            line=span["start_point"]["row"] + 1,
            column=span["start_point"]["column"] + 1,
            end_line=span["end_point"]["row"] + 1,
            end_column=span["end_point"]["column"] + 1,
        ),
        url=entry["url"],
        fix=fixes[0]["title"] if fixes else "",
    )


def read_actionlint(outputs: Outputs, _: ReadContext) -> Reading:
    """Read actionlint's JSON; a column of 0 means the whole line."""
    copy, data = planted(outputs), outputs.json(ACTIONLINT)
    if not isinstance(data, list):
        raise ReadError("actionlint's report is not a list", where=ACTIONLINT)
    try:
        findings = [_actionlint_finding(entry) for entry in data]
    except (KeyError, TypeError) as error:
        raise ReadError(f"an entry of actionlint's report is not complete ({error!r})", where=ACTIONLINT) from error
    return _reading(findings, _without_actions(copy), what="workflows checked")


def _without_actions(copy: Planted) -> Planted:
    """Return the copy as actionlint sees it: composite actions are none of its business."""
    workflows = {path: text for path, text in copy.texts.items() if path.startswith(".github/workflows/")}
    return replace(copy, texts=workflows)


def _actionlint_finding(entry: Mapping[str, Any]) -> Finding:
    kind = entry["kind"]
    place = Place(path=entry["filepath"], line=entry["line"] or None, column=entry["column"] or None)
    severity = Severity.HIGH if kind == "syntax-check" else Severity.MEDIUM
    return Finding(rule=kind, tool="actionlint", message=entry["message"], severity=severity, place=place)


def _reading(findings: Sequence[Finding], copy: Planted, *, what: str) -> Reading:
    placed = [_placed(finding, copy) for finding in findings]
    seen = any(finding.place.path == copy.canary for finding in placed)
    return Reading(
        looked_at=(workflows_read(copy, what=what, seen=seen),),
        findings=tuple(finding for finding in placed if finding.place.path != copy.canary),
        problems=() if seen else (control_missed(copy),),
    )


def _placed(finding: Finding, copy: Planted) -> Finding:
    return replace(finding, place=replace(finding.place, path=copy.relative(finding.place.path or "")))


def workflows_read(copy: Planted, *, what: str, seen: bool) -> LookedAt:
    """Count the workflows and actions: all of them when the planted one was seen, else none."""
    there = [path for path in copy.texts if is_workflow(path)]
    readable = sum(1 for path in there if copy.texts[path] is not None)
    return LookedAt(what=what, count=readable if seen else 0, expected=len(there))


def control_missed(copy: Planted) -> Problem:
    """Say that the planted faults were not found."""
    text = f"none of the faults in {copy.canary} was found, so silence about the project's workflows means nothing"
    return Problem(code="control-missed", text=text)
