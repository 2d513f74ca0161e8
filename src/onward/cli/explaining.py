"""Find out what a word means to onward: a gate, a check, a verdict, an exit code, a reason, or a rule that was seen."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from onward import gates
from onward.cli import replay
from onward.cli.exits import MEANING, Exit
from onward.config import layers
from onward.errors import RecordError, UsageError
from onward.model.document import Document
from onward.model.gate import Gate
from onward.model.reasons import MEANING as REASONS
from onward.record.fold import fold
from onward.record.runs import Records
from onward.report import explain


def guide(gate: Gate) -> str:
    """Return the text of a gate's guide, empty where the gate is the user's own."""
    path = gate.folder / "guide.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def text_for(thing: str) -> str:
    """Return the explanation of `thing`; UsageError with the nearest words when nobody knows it."""
    word = thing.strip().lower().replace(" ", "_").replace("-", "_")
    if word in explain.VERDICTS:
        return explain.verdict_text(word)
    if thing.isdecimal() and int(thing) in {int(code) for code in Exit}:
        return f"exit code {thing}: {MEANING[Exit(int(thing))]}\n"
    for gate in gates.ALL:
        if thing in {gate.id, *(f"{gate.id}/{check.id}" for check in gate.checks)}:
            return explain.gate_text(gate, guide(gate))
    if thing in REASONS:
        return explain.reason_text(thing)
    return _rule(thing)


def _rule(rule: str) -> str:
    document = _last_document()
    for gate in gates.ALL:
        seen = _seen(document, gate.id, rule)
        if seen or any(defect.rule == rule for defect in gate.defects):
            return explain.rule_text(rule, gate, guide(gate), seen)
    near = get_close_matches(rule, tuple(explain.things(gates.ALL)), n=3)
    known = ", ".join(near) if near else ", ".join(gate.id for gate in gates.ALL)
    raise UsageError(f'unknown topic "{rule}"', hint=f"known: {known}; a rule becomes known when a run reports it")


def _seen(document: Document | None, gate: str, rule: str) -> list[str]:
    entries = document.gates if document else ()
    found = [finding for entry in entries if entry.gate == gate for finding in entry.findings if finding.rule == rule]
    return [
        f"{one.path or one.subject or gate}:{one.line or ''} {one.message} {one.url or ''}".strip() for one in found[:5]
    ]


def _last_document() -> Document | None:
    try:
        return fold(Records(layers.places(layers.environ()).state).events(root=replay.project_root(Path.cwd())))
    except RecordError:  # what is known without a run is explained all the same
        return None
