"""Faults that bandit reports as medium or high."""

from __future__ import annotations

from onward.checks.defects import new_file
from onward.model.gate import Defect

_SHELL = 'import subprocess\n\n\ndef show(name: str) -> int:\n    return subprocess.call("ls " + name, shell=True)\n'
_INJECTION = "def find(cursor, name):\n    return cursor.execute(\"SELECT id FROM users WHERE name = '%s'\" % name)\n"


DEFECTS = (
    Defect(
        id="shell",
        title="a shell command built from an argument",
        check="bandit",
        rule="B602",
        plant=new_file("onward_shell.py", _SHELL),
    ),
    Defect(
        id="injection",
        title="a query built by string formatting",
        check="bandit",
        rule="B608",
        plant=new_file("onward_injection.py", _INJECTION),
    ),
)
