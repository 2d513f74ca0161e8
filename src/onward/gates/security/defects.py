"""Faults that bandit reports as medium or high."""

from __future__ import annotations

from functools import partial

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline
from onward.model.planting import beside_source

_SHELL = 'import subprocess\n\n\ndef show(name: str) -> int:\n    return subprocess.call("ls " + name, shell=True)\n'
_INJECTION = "def find(cursor, name):\n    return cursor.execute(\"SELECT id FROM users WHERE name = '%s'\" % name)\n"


def _plant(name: str, text: str, tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    return (Change(edits=(Edit(path=beside_source(tree, pipeline, name), text=text),)),)


DEFECTS = (
    Defect(
        id="shell",
        title="a shell command made from an argument",
        check="bandit",
        rule="B602",
        plant=partial(_plant, "onward_shell.py", _SHELL),
    ),
    Defect(
        id="injection",
        title="a query made by formatting text",
        check="bandit",
        rule="B608",
        plant=partial(_plant, "onward_injection.py", _INJECTION),
    ),
)
