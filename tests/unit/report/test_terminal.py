from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import documents
from onward.model.document import Annex, Document, ErrorEntry
from onward.model.evidence import Artifact, LookedAt, Reason
from onward.model.verdict import Verdict
from onward.report import terminal, text
from onward.report.style import PLAIN, TerminalStyle

DOCUMENT = documents.document()
ANNEX = documents.example_annex()
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)
TRICKY = st.text(st.sampled_from("ab \t\n\r\x00\x1b[31m\x07\x9b\u202e\u200b日ü\u0301::##"), max_size=200)
COLOURS = re.compile(r"\x1b\[[0-9;]+m")


def foreign(words: str) -> tuple[Document, Annex]:
    """Return the example with `words` wherever a tool, a project or a machine may put its own."""
    gates = tuple(
        replace(
            gate,
            gate=words or "x",
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
    looks = (LookedAt(what=words, count=1),)
    annex = replace(
        ANNEX, notes=(words,), tighten=(words,), looked_at={words or "x": looks}, guides={words or "x": words}
    )
    return replace(DOCUMENT, gates=gates, error=error, revision=revision, prefix=words, profile=words), annex


@given(ANYTHING | TRICKY, st.sampled_from([20, 40, 71, 72, 100]))
def test_foreign_text_neither_moves_the_cursor_nor_leaves_the_paper(words: str, width: int) -> None:
    document, annex = foreign(words)
    told = terminal.render(document, annex, TerminalStyle(width=width))
    assert text.visible(told) == told
    assert [line for line in told.split("\n") if text.cells(line) > width] == []


@pytest.mark.parametrize("width", range(20, 141, 10))
def test_every_width_holds(width: int) -> None:
    told = terminal.render(DOCUMENT, ANNEX, TerminalStyle(width=width))
    assert [line for line in told.split("\n") if text.cells(line) > width] == []


def test_colour_adds_nothing_but_colour() -> None:
    coloured = terminal.render(DOCUMENT, ANNEX, TerminalStyle(width=100, colour=True))
    assert COLOURS.sub("", coloured) == terminal.render(DOCUMENT, ANNEX, TerminalStyle(width=100))
    assert "\x1b" not in terminal.render(DOCUMENT, ANNEX, PLAIN)


def test_words_stand_beside_symbols() -> None:
    told = terminal.render(DOCUMENT, ANNEX, PLAIN)
    for gate in DOCUMENT.gates:
        assert re.search(rf"^. {gate.gate} +{text.WORDS[gate.verdict]}", told, re.MULTILINE)


def test_what_did_not_pass_says_how_to_fix_and_rerun_it() -> None:
    told = terminal.render(DOCUMENT, ANNEX, PLAIN)
    for gate in DOCUMENT.gates:
        expected = gate.verdict in {Verdict.FAILED, Verdict.UNVERIFIED}
        assert (f"rerun just this: onward run {gate.gate}\n" in told) is expected
    assert "Run `flake8` on the file it names" in told


def test_what_is_unverified_leads_to_its_log() -> None:
    log = Artifact(kind="log", path="steps/x/log.txt", media_type="text/plain", sha256="0" * 64, bytes=1)
    steps = tuple(replace(step, artifacts=(log,)) if step.gate == "migrations" else step for step in DOCUMENT.steps)
    told = terminal.render(replace(DOCUMENT, steps=steps), replace(ANNEX, folder="/state/runs/r/"), PLAIN)
    assert "    log: /state/runs/r/steps/x/log.txt\n" in told


def test_only_the_worst_findings_are_shown_and_the_others_counted() -> None:
    gate = replace(DOCUMENT.gates[0], findings=DOCUMENT.gates[0].findings[:1] * 25)
    told = terminal.render(replace(DOCUMENT, gates=(gate,)), replace(ANNEX, tolerated={}), PLAIN)
    assert told.count("app/main.py:3:1") == terminal.SHOWN
    assert "besides: 15 more that block" in told
