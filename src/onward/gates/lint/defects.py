"""Faults that every usual selection of lint rules reports."""

from __future__ import annotations

from functools import partial

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline
from onward.model.planting import beside_source

_UNUSED = "import os\n"
_UNPARSED = "def half(:\n    pass\n"


def _plant(name: str, text: str, tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    return (Change(edits=(Edit(path=beside_source(tree, pipeline, name), text=text),)),)


DEFECTS = (
    Defect(
        id="unused-import-flake8",
        title="an import that nothing uses",
        check="flake8",
        rule="F401",
        plant=partial(_plant, "onward_unused.py", _UNUSED),
    ),
    Defect(
        id="unparsed-flake8",
        title="a file that is not Python",
        check="flake8",
        rule="E999",
        plant=partial(_plant, "onward_unparsed.py", _UNPARSED),
    ),
    Defect(
        id="unused-import-ruff",
        title="an import that nothing uses",
        check="ruff",
        rule="F401",
        plant=partial(_plant, "onward_unused.py", _UNUSED),
    ),
    Defect(
        id="unparsed-ruff",
        title="a file that is not Python",
        check="ruff",
        rule="invalid-syntax",
        plant=partial(_plant, "onward_unparsed.py", _UNPARSED),
    ),
)
