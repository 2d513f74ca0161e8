"""The smallest project that has a gate: one program of the user's own, which says how much it looked at."""

from __future__ import annotations

from pathlib import Path

from kit import repos
from kit.repos import Repo

GATE = "own"
SAYS = "echo checked 3 files\n"
ONWARD = r"""schema = 1

[project]
name = "tiny"
python = ["3.11"]
source = ["app"]
tests = ["tests"]
requirements = ["requirements.txt"]
deployed-requirements = ["requirements.txt"]
default-branch = "main"

[gates.own]
command = ["sh", "check.sh"]
format = "exit"
count = 'files=checked (\d+) files'
timeout = "20s"
"""
FILES = {
    "onward.toml": ONWARD,
    "check.sh": SAYS,
    "requirements.txt": "pytest==8.4.2\n",
    "app/__init__.py": '"""Tiny."""\n',
    "app/prices.py": '"""Prices."""\n\n\ndef double(price):\n    """Twice."""\n    return price * 2\n',
    "tests/test_prices.py": "from app.prices import double\n\n\ndef test_double():\n    assert double(2) == 4\n",
}


def make(root: Path, check: str = SAYS, **files: str) -> Repo:
    """Make the project as a repository with one commit at `root`; its gate runs `check` in a shell."""
    return repos.make(root, {**FILES, "check.sh": check, **files})


def gate(extra: str, check: str = "") -> str:
    """Return the definition with other words for the gate: `extra` replaces its command, format, count and timeout."""
    head, _, _ = ONWARD.partition("[gates.own]")
    return f"{head}[gates.own]\n{extra}{check}"
