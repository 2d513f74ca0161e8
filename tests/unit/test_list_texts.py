"""`scripts/list_texts` finds every kind of text that a user may read, and passes over what speaks to nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PYTHON = '''
"""A docstring of ours."""
raise ReadError(f"the {name} report is cut short", where="gamma.json", hint="run it " + "again")
Reason(code="machine-read", text="one reason" if flag else "another reason")
Problem(code="x", text="a problem text")
Finding(rule="r", message="a finding message", fix="a finding fix")
Gate(id="g", title="Gatetitle", blurb="a gate blurb")
Defect(id="d", title="a defect title")
Option("width", Kind.INTEGER, 1, "How wide it is.")
key("reason", Kind.STRING, None, "Why it is so.", wanted="a reason")
click.echo(f"{count} entries")
COMMANDS = {"run": "plan and run it"}
notes.append(f"a note about {name}")
PATTERN = re.compile("never a text")
QUERY = "SELECT name FROM users"


@click.command(epilog="Example: onward made-up")
@click.option("--deep", metavar="DEPTH", help="How deep.")
def command() -> None:
    """Do the made-up thing.

    And more.
    """


def other() -> None:
    """Not shown to anybody."""
'''


def listed(root: Path) -> str:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts/list_texts"), str(root)], capture_output=True, text=True, check=True
    ).stdout


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("checkout")
    write(root / "src/onward/module.py", PYTHON)
    write(root / "src/onward/gates/made/defects.py", 'PLANTED = "some planted code"\nDefect(title="a second defect")\n')
    write(root / "src/onward/gates/made/guide.md", "## How to fix\n\nMend it.\n")
    write(root / "src/onward/gates/made/samples/clean.md", "A sample is no text.\n")
    write(root / "src/onward/guest/watch.cjs", "fail(`the page ${name} is gone`)\n")
    write(root / "src/onward/report/page.html.jinja", "<h2>What went wrong</h2>\n<div>\n")
    write(root / "docs/runs.md", "A run is kept.\n")
    write(root / "README.md", "The first words.\n")
    write(root / "Makefile", 'help:\n\t@echo "make demo"\n')
    return listed(root)


@pytest.mark.parametrize(
    "line",
    [
        "error: the {…} report is cut short",
        "error: gamma.json",
        "error: run it ",
        "error: again",
        "reason: one reason",
        "reason: another reason",
        "problem: a problem text",
        "finding: a finding message",
        "finding: a finding fix",
        "title: Gatetitle",
        "blurb: a gate blurb",
        "title: a defect title",
        "setting: How wide it is.",
        "setting: Why it is so.",
        "setting: a reason",
        "console: {…} entries",
        "text: plan and run it",
        "text: a note about {…}",
        "help: Example: onward made-up",
        "help: DEPTH",
        "help: How deep.",
        "help: Do the made-up thing.\\n\\nAnd more.",
        "title: a second defect",
        "prose: Mend it.",
        "text: the page ${name} is gone",
        "template: <h2>What went wrong</h2>",
        "prose: A run is kept.",
        "prose: The first words.",
    ],
)
def test_a_planted_text_of_each_kind_is_found(found: str, line: str) -> None:
    assert any(each.lstrip().partition(" ")[2] == line for each in found.splitlines())


def test_the_makefile_is_read_for_what_it_prints(found: str) -> None:
    assert 'console: \t@echo "make demo"' in found


@pytest.mark.parametrize(
    "text",
    ["docstring of ours", "shown to anybody", "never a text", "SELECT", "planted code", "machine-read", "sample is"],
)
def test_what_speaks_to_nobody_is_passed_over(found: str, text: str) -> None:
    assert text not in found


def test_texts_stand_under_their_file_with_their_line(found: str) -> None:
    lines = found.splitlines()
    start = lines.index("== src/onward/gates/made/guide.md")
    assert lines[start + 1 : start + 3] == ["    1 prose: ## How to fix", "    3 prose: Mend it."]


def test_this_checkout_is_listed_whole() -> None:
    found = listed(ROOT)
    assert "== README.md" in found
    assert "== src/onward/errors.py" in found
    assert "== src/onward/gates/tests/guide.md" in found
    assert "/samples/" not in found
