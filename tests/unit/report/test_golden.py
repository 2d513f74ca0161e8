from __future__ import annotations

from pathlib import Path

import pytest

from kit import documents, golden
from onward.model.document import ErrorEntry, error_document
from onward.record.fold import fold
from onward.report import github, terminal
from onward.report.context import NO_CONTEXT
from onward.report.formats import FORMATS
from onward.report.style import TerminalStyle

HERE = Path(__file__).parent / "golden"
EXTENSIONS = {"json": "json", "junit": "xml", "sarif": "sarif", "html": "html", "github": "md"}
REFUSAL = error_document(
    "0.1.0",
    error=ErrorEntry(
        kind="configuration",
        message="onward.toml has 2 mistakes: onward.toml:3 unknown key `gate`\nonward.toml:9 <b>",
        where="onward.toml",
        hint="did you mean `gates`?",
    ),
    exit_code=2,
)


def test_every_format_has_a_golden_file() -> None:
    assert set(FORMATS) == set(EXTENSIONS)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_example(kind: str) -> None:
    told = FORMATS[kind](documents.document(), documents.CONTEXT)
    golden.check(HERE / f"run.{EXTENSIONS[kind]}", told)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_refusal(kind: str) -> None:
    golden.check(HERE / f"refusal.{EXTENSIONS[kind]}", FORMATS[kind](REFUSAL, NO_CONTEXT))


def test_workflow_commands() -> None:
    told = github.commands(documents.document())
    golden.check(HERE / "commands.txt", "\n".join(told) + "\n")


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("wide", TerminalStyle(width=120)),
        ("narrow", TerminalStyle(width=40)),
        ("ascii", TerminalStyle(width=80, unicode=False)),
        ("colour", TerminalStyle(width=100, colour=True)),
    ],
)
def test_the_terminal(name: str, style: TerminalStyle) -> None:
    told = terminal.render(documents.document(), documents.CONTEXT, style)
    golden.check(HERE / f"terminal-{name}.txt", told)


def test_the_terminal_on_a_refusal() -> None:
    golden.check(HERE / "terminal-refusal.txt", terminal.render(REFUSAL))


def test_the_terminal_on_a_run_that_was_killed() -> None:
    events = documents.events()[:5]
    golden.check(HERE / "terminal-killed.txt", terminal.render(fold(events), NO_CONTEXT, TerminalStyle(width=80)))
