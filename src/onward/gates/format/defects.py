"""Two faults that a formatter must report: a line that is not formatted, and imports out of order."""

from __future__ import annotations

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline
from onward.model.planting import beside_source


def _unformatted(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    path = beside_source(tree, pipeline, "onward_unformatted.py")
    return (Change(edits=(Edit(path=path, text="PRICES = {  'one':1,'two' :2 }\n"),)),)


def _unsorted(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    path = beside_source(tree, pipeline, "onward_unsorted.py")
    return (Change(edits=(Edit(path=path, text="import os\nimport sys\nimport abc\n\nUSED = (abc, os, sys)\n"),)),)


def _indented(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    path = beside_source(tree, pipeline, "onward_indented.py")
    text = "def double( number ):\n  return number*2\n"
    return (Change(edits=(Edit(path=path, text=text),)),)


DEFECTS = (
    Defect(id="unformatted", title="a line that black would rewrite", check="black", rule="black", plant=_unformatted),
    Defect(id="unsorted", title="imports out of order", check="isort", rule="isort", plant=_unsorted),
    Defect(
        id="indented",
        title="a function that ruff would rewrite",
        check="ruff-format",
        rule="ruff-format",
        plant=_indented,
    ),
)
