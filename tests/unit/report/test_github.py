from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit import documents
from onward.model.document import Document, ErrorEntry, FindingEntry
from onward.report import github, text

DOCUMENT = documents.document()
CONTEXT = documents.CONTEXT
FINDING = DOCUMENT.gates[0].findings[0]
ANYTHING = st.text(st.characters(codec="utf-8"))
TRICKY = st.text(st.sampled_from("%:,\r\n|`<>[]()*_#!@~\\ax"))
COMMAND = re.compile(r"::(error|notice) ([^\n\r]*?)::([^\n\r]*)")


def with_findings(findings: tuple[FindingEntry, ...], **changes: Any) -> Document:
    return replace(DOCUMENT, gates=(replace(DOCUMENT.gates[0], findings=findings),), **changes)


def parsed(command: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as the runner does."""
    head, _, message = command.removeprefix("::").partition("::")
    kind, _, pairs = head.partition(" ")
    properties = dict(pair.split("=", 1) for pair in pairs.split(","))
    undone = {name: undo(undo_property(value)) for name, value in properties.items()}
    return kind, undone, undo(message)


def undo(value: str) -> str:
    return value.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def undo_property(value: str) -> str:
    return value.replace("%3A", ":").replace("%2C", ",")


@given(ANYTHING | TRICKY, ANYTHING | TRICKY)
def test_commands_are_one_line_and_say_what_was_meant(message: str, rule: str) -> None:
    finding = replace(FINDING, message=message, rule=rule)
    (command,) = github.commands(with_findings((finding,)))
    assert len(command.splitlines()) == 1
    kind, properties, told = parsed(command)
    assert kind == "error"
    assert set(properties) == {"file", "line", "endLine", "col", "endColumn", "title"}
    assert properties["file"] == "back end/app/main.py"
    assert told == text.visible(message)


def test_a_path_is_told_letter_by_letter() -> None:
    finding = replace(FINDING, path="a  b,c:d%41/e.py")
    (command,) = github.commands(with_findings((finding,)))
    assert parsed(command)[1]["file"] == "back end/a  b,c:d%41/e.py"


def test_columns_are_only_given_within_one_line() -> None:
    two_lines = replace(FINDING, line=3, column=4, end_line=5, end_column=1)
    _, properties, _ = parsed(github.commands(with_findings((two_lines,)))[0])
    assert "col" not in properties
    assert (properties["line"], properties["endLine"]) == ("3", "5")


def test_ten_of_a_type_and_the_tenth_tells_of_the_rest() -> None:
    commands = github.commands(with_findings((FINDING,) * 25))
    assert len(commands) == github.ANNOTATIONS_A_TYPE
    assert commands[-1] == "::error title=onward::16 more are in the step summary"


def test_findings_of_the_history_are_not_put_on_a_file_of_today() -> None:
    _, properties, _ = parsed(github.commands(with_findings((replace(FINDING, commit="f" * 40),)))[0])
    assert set(properties) == {"title"}


@given(ANYTHING | TRICKY)
def test_foreign_text_cannot_leave_its_cell(words: str) -> None:
    gate = replace(DOCUMENT.gates[0], reason=replace(DOCUMENT.gates[0].reason, text=words), findings=())
    summary = github.render(replace(DOCUMENT, gates=(gate,)), CONTEXT)
    row = next(line for line in summary.splitlines() if line.startswith("| lint |"))
    assert len(re.findall(r"(?<!\\)\|", row.replace("\\\\", ""))) == 5
    assert "<script" not in summary
    assert not re.search(r"(?<!\\)`(?!onward run)[^`]*<", row)


def test_a_summary_never_grows_over_the_limit() -> None:
    gate = replace(DOCUMENT.gates[0], findings=(replace(FINDING, message="ü" * 600),) * 50)
    huge = replace(DOCUMENT, gates=tuple(replace(gate, gate=f"gate{number}") for number in range(60)))
    summary = github.render(huge, CONTEXT)
    assert len(summary.encode()) <= github.SUMMARY_LIMIT
    assert summary.endswith("The other reports are complete._\n")
    assert "gate59" in summary


def test_an_error_comes_first_and_a_finding_without_a_line_has_a_file_only() -> None:
    error = ErrorEntry(kind="service", message="no database", where="", hint="")
    first, second = github.commands(with_findings((replace(FINDING, line=None),), error=error))
    assert first == "::error title=onward%3A service::no database"
    assert set(parsed(second)[1]) == {"file", "title"}


def test_the_summary_counts_what_it_leaves_out() -> None:
    gate = replace(DOCUMENT.gates[0], findings=(FINDING,) * 60)
    assert "- and 10 more\n" in github.render(replace(DOCUMENT, gates=(gate,)))


@given(ANYTHING | TRICKY)
def test_the_end_of_a_log_cannot_leave_its_block(words: str) -> None:
    steps = tuple(replace(step, log_tail=words or "x") for step in DOCUMENT.steps)
    summary = github.render(replace(DOCUMENT, steps=steps), CONTEXT)
    assert summary.count("<pre>") == summary.count("</pre>") == 1
    assert "<script" not in summary
