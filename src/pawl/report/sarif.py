"""SARIF 2.1.0, one run a tool, within the limits that GitHub's code scanning sets."""

from __future__ import annotations

import gzip
import json
import posixpath
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from pawl.model.document import NO_ANNEX, Annex, Document, FindingEntry, GateEntry
from pawl.model.finding import Severity
from pawl.model.verdict import Status, Verdict
from pawl.report import text

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RUNS, RESULTS, RULES, BYTES = 20, 5_000, 25_000, 10_000_000
SECURITY_GATES = frozenset({"security", "dependencies", "secrets", "container", "workflows"})
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.UNKNOWN: "warning",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.UNKNOWN: "5.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
_EXCUSES = {
    Status.KNOWN: "known: a debt in the baseline",
    Status.WAIVED: "waived",
    Status.QUARANTINED: "quarantined: a flaky test that runs and reports, but does not block",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A finding beside its gate; `occurrence` counts equal fingerprints from 1."""

    gate: GateEntry
    finding: FindingEntry
    occurrence: int

    @property
    def rule(self) -> str:
        return text.one_line(f"{self.gate.gate}/{self.finding.rule}", 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one tool found, the worst first; `sure` is False when one of its steps is unverified."""

    tool: str
    version: str
    sure: bool
    found: tuple[_Found, ...]
    left_out: int = 0


def render(document: Document, annex: Annex = NO_ANNEX) -> str:
    """Return the document as SARIF. What is over a limit of GitHub is left out, the least bad first, and said so."""
    return fitted(document, annex, limit=BYTES)


def fitted(document: Document, annex: Annex, *, limit: int) -> str:
    """Return the document as SARIF of at most `limit` bytes once compressed, with fewer results where needed."""
    kept = RESULTS
    while True:
        log = json.dumps(_log(document, annex, kept), indent=1, ensure_ascii=False) + "\n"
        if kept <= 1 or len(gzip.compress(log.encode(), compresslevel=6)) <= limit:
            return log
        kept //= 2


def location(path: str | None, document: Document) -> str | None:
    """Return `path` as a URI from the root of the git work tree, None when it lies outside of it."""
    if path is None or posixpath.isabs(path):
        return None
    rooted = posixpath.normpath(posixpath.join(document.prefix or "", path))
    return None if rooted.startswith("..") else quote(rooted.encode("utf-8", "surrogateescape"))


def _log(document: Document, annex: Annex, kept: int) -> dict[str, Any]:
    parts = _parts(document)
    room = RUNS - 1
    shown = [replace(part, found=part.found[:kept], left_out=max(0, len(part.found) - kept)) for part in parts[:room]]
    runs = [_run(part, document, annex) for part in shown]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [*runs, _own_run(document, parts[room:])]}


def _parts(document: Document) -> list[_Part]:
    """Tools with the worst findings first. One that found nothing stays, so that old alerts are closed.

    One that belongs to unverified gates alone and found nothing is left out: an empty run would close its alerts.
    """
    found: dict[str, list[_Found]] = {}
    seen: Counter[str] = Counter()
    for gate in document.gates:
        for finding in gate.findings:
            if finding.status is not Status.FIXED:
                seen[finding.fingerprint] += 1
                each = _Found(gate=gate, finding=finding, occurrence=seen[finding.fingerprint])
                found.setdefault(finding.tool, []).append(each)
    versions = _versions(document)
    looked = {
        tool.name for step in document.steps for tool in step.tools if step.verdict in {Verdict.PASSED, Verdict.FAILED}
    }
    unsure = {tool.name for step in document.steps for tool in step.tools if step.verdict is Verdict.UNVERIFIED}
    names = [*found, *(name for name in versions if name in looked - unsure and name not in found)]
    parts = [
        _Part(tool=name, version=versions.get(name, ""), sure=name not in unsure, found=_sorted(found.get(name, ())))
        for name in names
    ]
    return sorted(parts, key=_weight)


def _versions(document: Document) -> dict[str, str]:
    return {tool.name: tool.version for step in document.steps for tool in step.tools}


def _sorted(found: Iterable[_Found]) -> tuple[_Found, ...]:
    return tuple(sorted(found, key=lambda each: (each.finding.status is not Status.NEW, -each.finding.severity.rank)))


def _weight(part: _Part) -> tuple[int, str]:
    worst = max((each.finding.severity.rank for each in part.found if each.finding.status is Status.NEW), default=-1)
    return -worst, part.tool


def _run(part: _Part, document: Document, annex: Annex) -> dict[str, Any]:
    rules: dict[str, _Found] = {}
    for each in sorted(part.found, key=lambda each: -each.finding.severity.rank):
        rules.setdefault(each.rule, each)
    names = {rule: at for at, rule in enumerate(list(rules)[:RULES])}
    notes = []
    if part.left_out:
        words = f"{part.left_out} of {part.left_out + len(part.found)} results were left out; the worst were kept"
        notes.append(_notification("results-left-out", words, level="warning"))
    return {
        "tool": {"driver": _driver(part, [_rule(rules[rule], annex) for rule in names])},
        "automationDetails": {"id": _category(document, part.tool)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the root of the git work tree"}}},
        "invocations": [{"executionSuccessful": part.sure, "toolExecutionNotifications": notes}],
        "results": [_result(each, names[each.rule], document) for each in part.found if each.rule in names],
    }


def _own_run(document: Document, dropped: list[_Part]) -> dict[str, Any]:
    """Return the run that speaks for pawl: no results, but what keeps the others from being the whole truth."""
    notes = [
        _notification(gate.reason.code, f"{gate.gate} is unverified: {gate.reason.text}")
        for gate in document.gates
        if gate.verdict is Verdict.UNVERIFIED
    ]
    if document.error is not None:
        notes.append(_notification(document.error.kind, document.error.message))
    if dropped:
        names = ", ".join(part.tool for part in dropped)
        notes.append(_notification("runs-left-out", f"GitHub takes {RUNS} runs; left out: {names}"))
    return {
        "tool": {"driver": {"name": "pawl", "version": document.pawl}},
        "automationDetails": {"id": _category(document, "pawl")},
        "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
        "results": [],
    }


def _category(document: Document, tool: str) -> str:
    return "/".join(part for part in ("pawl", document.prefix, tool) if part) + "/"


def _driver(part: _Part, rules: list[dict[str, Any]]) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": text.one_line(part.tool, 100), "rules": rules}
    return driver | ({"version": text.one_line(part.version, 100)} if part.version else {})


def _rule(each: _Found, annex: Annex) -> dict[str, Any]:
    """Return a rule as its worst finding shows it."""
    gate, finding = each.gate.gate, each.finding
    secure = gate in SECURITY_GATES
    properties: dict[str, Any] = {"tags": [gate, "security"] if secure and gate != "security" else [gate]}
    if secure:
        properties["security-severity"] = _SCORES[finding.severity]
    rule: dict[str, Any] = {
        "id": each.rule,
        "name": text.one_line(finding.rule, 255),
        "shortDescription": {"text": text.one_line(f"{finding.rule} ({finding.tool})", 1000)},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": properties,
    }
    guide = annex.guides.get(gate, "")
    if guide:
        rule["help"] = {"text": guide, "markdown": guide}
    if finding.url and finding.url.startswith(("https://", "http://")):
        rule["helpUri"] = quote(text.visible(finding.url), safe=":/?#[]@!$&'()*+,;=%~-._")
    return rule


def _result(each: _Found, index: int, document: Document) -> dict[str, Any]:
    finding = each.finding
    message = text.clip(text.visible(finding.message), 2000) + (
        f"\nFix: {text.one_line(finding.fix)}" if finding.fix else ""
    )
    result: dict[str, Any] = {
        "ruleId": each.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [_location(finding, document)],
        "partialFingerprints": {
            "pawl/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint.removeprefix('1:')}:{each.occurrence}",
        },
        "baselineState": "new" if finding.status is Status.NEW else "unchanged",
        "properties": {"severity": str(finding.severity), "status": str(finding.status)},
    }
    if finding.status in _EXCUSES:
        result["suppressions"] = [_suppression(finding)]
    return result


def _suppression(finding: FindingEntry) -> dict[str, Any]:
    why = _EXCUSES[finding.status] + (f" by {text.one_line(finding.waiver)}" if finding.waiver else "")
    return {"kind": "external", "status": "accepted", "justification": why}


def _location(finding: FindingEntry, document: Document) -> dict[str, Any]:
    uri = location(finding.path, document)
    subject = finding.subject or (None if uri else finding.path)
    # GitHub refuses results without a file, so what has none is shown at the definition.
    place = uri or location("pawl.toml", document)
    physical: dict[str, Any] = {"artifactLocation": {"uri": place, "uriBaseId": "%SRCROOT%"}}
    physical["region"] = _region(finding) if uri else {"startLine": 1}
    logical = {"logicalLocations": [{"fullyQualifiedName": text.one_line(subject)}]} if subject else {}
    return {"physicalLocation": physical, **logical}


def _region(finding: FindingEntry) -> dict[str, int]:
    start = max(1, finding.line or 1)
    region = {"startLine": start}
    if finding.column and finding.line:
        region["startColumn"] = finding.column
    if finding.end_line and finding.end_line >= start:
        region["endLine"] = finding.end_line
        if finding.end_column and (finding.end_line > start or finding.end_column >= (finding.column or 1)):
            region["endColumn"] = finding.end_column
    return region


def _notification(code: str, words: str, level: str = "error") -> dict[str, Any]:
    return {"descriptor": {"id": code}, "level": level, "message": {"text": text.clip(text.visible(words), 2000)}}
