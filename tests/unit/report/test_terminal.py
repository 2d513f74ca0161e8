from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import documents
from onward.model.document import Document, ErrorEntry
from onward.model.evidence import Artifact, LookedAt, Reason
from onward.model.verdict import Verdict
from onward.report import terminal, text
from onward.report.context import ReportContext
from onward.report.style import PLAIN, TerminalStyle

DOCUMENT = documents.document()
CONTEXT = documents.CONTEXT
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)
TRICKY = st.text(st.sampled_from("ab \t\n\r\x00\x1b[31m\x07\x9b\u202e\u200b日ü\u0301::##"), max_size=200)
COLOURS = re.compile(r"\x1b\[[0-9;]+m")


def foreign(words: str) -> tuple[Document, ReportContext]:
    """Return the example with `words` wherever a tool, a project or a machine may put its own."""
    gates = tuple(
        replace(
            gate,
            gate=words or "x",
            title=words,
            looked_at=(LookedAt(what=words, count=1),),
            reason=Reason(code="x", text=words),
            findings=tuple(
                replace(each, message=words, path=words, rule=words, fix=words, subject=words) for each in gate.findings
            ),
            measures=tuple(replace(each, name=words, scope=words, unit=words) for each in gate.measures),
        )
        for gate in DOCUMENT.gates
    )
    error = ErrorEntry(kind=words, message=words, where=words, hint=words)
    revision = replace(DOCUMENT.revision, branch=words)
    steps = tuple(replace(step, log_tail=words) for step in DOCUMENT.steps)
    document = replace(DOCUMENT, gates=gates, steps=steps, error=error, revision=revision, prefix=words, profile=words)
    return replace(document, notes=(words,), tighten=(words,)), ReportContext(guides={words or "x": words})


@given(ANYTHING | TRICKY, st.sampled_from([20, 40, 71, 72, 100]))
def test_foreign_text_neither_moves_the_cursor_nor_leaves_the_paper(words: str, width: int) -> None:
    document, context = foreign(words)
    told = terminal.render(document, context, TerminalStyle(width=width))
    assert text.visible(told) == told
    assert [line for line in told.split("\n") if text.cells(line) > width] == []


@pytest.mark.parametrize("width", range(20, 141, 10))
def test_every_width_holds(width: int) -> None:
    told = terminal.render(DOCUMENT, CONTEXT, TerminalStyle(width=width))
    assert [line for line in told.split("\n") if text.cells(line) > width] == []


def test_colour_adds_nothing_but_colour() -> None:
    coloured = terminal.render(DOCUMENT, CONTEXT, TerminalStyle(width=100, colour=True))
    assert COLOURS.sub("", coloured) == terminal.render(DOCUMENT, CONTEXT, TerminalStyle(width=100))
    assert "\x1b" not in terminal.render(DOCUMENT, CONTEXT, PLAIN)


def test_words_stand_beside_symbols() -> None:
    told = terminal.render(DOCUMENT, CONTEXT, PLAIN)
    for gate in DOCUMENT.gates:
        assert re.search(rf"^. {gate.gate} +{text.WORDS[gate.verdict]}", told, re.MULTILINE)


def test_what_did_not_pass_says_how_to_fix_and_rerun_it() -> None:
    told = terminal.render(DOCUMENT, CONTEXT, PLAIN)
    for gate in DOCUMENT.gates:
        expected = gate.verdict in {Verdict.FAILED, Verdict.UNVERIFIED}
        assert (f"rerun just this: onward run {gate.gate}\n" in told) is expected
    assert "Run `flake8` on the file it names" in told


def test_what_is_unverified_leads_to_its_log() -> None:
    log = Artifact(kind="log", path="steps/x/log.txt", media_type="text/plain", sha256="0" * 64, bytes=1)
    steps = tuple(replace(step, artifacts=(log,)) if step.gate == "migrations" else step for step in DOCUMENT.steps)
    told = terminal.render(replace(DOCUMENT, steps=steps), replace(CONTEXT, folder="/state/runs/r/"), PLAIN)
    assert "    log: /state/runs/r/steps/x/log.txt\n      $ alembic upgrade head\n" in told


def test_whether_a_measure_holds_is_told_and_not_judged_again() -> None:
    gate = next(gate for gate in DOCUMENT.gates if gate.gate == "coverage")
    within = replace(gate.measures[0], value=71.9999999999, holds=True)
    told = terminal.render(replace(DOCUMENT, gates=(replace(gate, measures=(within,)),)), CONTEXT, PLAIN)
    assert "at least 72 %" not in told


def test_only_the_worst_findings_are_shown_and_the_others_counted() -> None:
    gate = replace(DOCUMENT.gates[0], findings=DOCUMENT.gates[0].findings[:1] * 25)
    told = terminal.render(replace(DOCUMENT, gates=(gate,)), CONTEXT, PLAIN)
    assert told.count("app/main.py:3:1") == terminal.SHOWN
    assert "besides: 15 more blocking" in told
