"""SARIF 2.1.0, one run a gate, within the limits that GitHub's code scanning sets.

A gate that looked has a run, also when it found nothing, so that old alerts are closed. A gate that could not look has
none, because an empty run would close its alerts; the last run speaks for onward and says so.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import dataclass

from onward.model.document import Document, GateEntry
from onward.model.verdict import Verdict
from onward.report import gate_view, sarif_results, text
from onward.report.context import NO_CONTEXT, ReportContext
from onward.report.sarif_results import Found

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RUNS, RESULTS, BYTES = 20, 5_000, 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one gate found, the worst first, and how much of it was left out because of the size limit."""

    gate: GateEntry
    found: tuple[Found, ...]
    skipped: int = 0

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Order of parts: those with results first, the worst of them before the others."""
        worst = max((each.finding.severity.rank for each in self.found if each.is_new), default=-1)
        return not self.found, -worst, self.gate.gate


def render(document: Document, context: ReportContext = NO_CONTEXT) -> str:
    """Return the document as SARIF. What is over a limit of GitHub is left out, the least bad first, and said so."""
    return fitted(document, context, limit=BYTES)


def fitted(document: Document, context: ReportContext, *, limit: int) -> str:
    """Return the document as SARIF of at most `limit` bytes once compressed, with fewer results where needed."""
    kept = RESULTS
    while True:
        log = json.dumps(_log(document, context, kept), indent=1, ensure_ascii=False) + "\n"
        if kept <= 1 or len(gzip.compress(log.encode(), compresslevel=6)) <= limit:
            return log
        kept //= 2


def _log(document: Document, context: ReportContext, kept: int) -> dict[str, object]:
    parts = sorted((_part(gate, kept) for gate in document.gates if _looked(gate)), key=lambda part: part.rank)
    space = RUNS - 1
    runs = [_run(part, document, context) for part in parts[:space]]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [*runs, _own_run(document, parts[space:])]}


def _looked(gate: GateEntry) -> bool:
    return gate.verdict in {Verdict.PASSED, Verdict.FAILED}


def _part(gate: GateEntry, kept: int) -> _Part:
    seen: Counter[str] = Counter()
    found = []
    for finding in gate.findings:
        seen[finding.fingerprint] += 1
        found.append(Found(gate=gate.gate, finding=finding, occurrence=seen[finding.fingerprint]))
    found.sort(key=lambda each: (not each.is_new, -each.finding.severity.rank))
    return _Part(gate=gate, found=tuple(found[:kept]), skipped=max(0, len(found) - kept))


def _run(part: _Part, document: Document, context: ReportContext) -> dict[str, object]:
    rules: dict[str, Found] = {}
    for each in sorted(part.found, key=lambda each: -each.finding.severity.rank):
        rules.setdefault(each.rule, each)
    names = {rule: at for at, rule in enumerate(rules)}
    steps = gate_view.steps_of(document, part.gate)
    notes = [
        _notification(step.reason.code, f"{step.id} is unverified: {step.reason.text}")
        for step in steps
        if step.verdict is Verdict.UNVERIFIED
    ]
    complete = not notes
    if part.skipped:
        words = f"{part.skipped} of {part.skipped + len(part.found)} results are omitted; the most severe are kept"
        notes.append(_notification("results-left-out", words, level="warning"))
    driver = _driver(document) | {"rules": [sarif_results.rule(rules[rule], context) for rule in names]}
    used = {tool.name: tool.version for step in steps for tool in step.tools}
    extensions = [{"name": text.one_line(name, 100), "version": text.one_line(used[name], 100)} for name in used]
    return {
        "tool": {"driver": driver, "extensions": extensions},
        "automationDetails": {"id": _category(document, part.gate.gate)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the root of the git work tree"}}},
        "invocations": [{"executionSuccessful": complete, "toolExecutionNotifications": notes}],
        "results": [
            sarif_results.result(each, names[each.rule], document) for each in part.found if each.rule in names
        ],
    }


def _own_run(document: Document, dropped: list[_Part]) -> dict[str, object]:
    """Return the run that speaks for onward: no results, but what keeps the others from being the whole truth."""
    notes = [
        _notification(gate.reason.code, f"{gate.gate} is unverified: {gate.reason.text}")
        for gate in document.gates
        if gate.verdict is Verdict.UNVERIFIED
    ]
    if document.error is not None:
        notes.append(_notification(document.error.kind, document.error.message))
    if dropped:
        names = ", ".join(part.gate.gate for part in dropped)
        notes.append(_notification("runs-left-out", f"GitHub accepts {RUNS} runs; omitted: {names}"))
    return {
        "tool": {"driver": _driver(document)},
        "automationDetails": {"id": _category(document)},
        "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
        "results": [],
    }


def _driver(document: Document) -> dict[str, object]:
    return {"name": "onward", "version": document.onward}


def _category(document: Document, *names: str) -> str:
    return "/".join(text.one_line(part, 100) for part in ("onward", document.prefix, *names) if part) + "/"


def _notification(code: str, words: str, level: str = "error") -> dict[str, object]:
    return {"descriptor": {"id": code}, "level": level, "message": {"text": text.clip(text.visible(words), 2000)}}
