"""Faults that are one new file, planted among the code that the pipeline calls its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import PurePosixPath

from onward.model.facts import Tree, is_within
from onward.model.gate import Change, Edit
from onward.model.pipeline import Pipeline

Plant = Callable[[Tree, Pipeline], tuple[Change, ...]]


def beside_source(tree: Tree, pipeline: Pipeline, name: str) -> str:
    """Return the path of a new file called `name` in the folder with the most Python files of the source.

    That is the root where there are none.
    """
    source = pipeline.source or (".",)
    counted = Counter(
        str(PurePosixPath(path).parent)
        for path in tree.paths
        if path.endswith(".py") and is_within(path, source) and not is_within(path, pipeline.tests)
    )
    # equal counts are decided by name, so that a defect lands in the same place every time
    fullest = min(counted.items(), key=lambda item: (-item[1], item[0]), default=(".", 0))[0]
    return str(PurePosixPath(fullest, name))


def new_file(name: str, text: str, *, commit: bool = True) -> Plant:
    """Return how a file called `name` is planted beside the source; without `commit` it stays in the work tree."""

    def plant(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
        edit = Edit(path=beside_source(tree, pipeline, name), text=text)
        return (Change(edits=(edit,), commit=commit),)

    return plant
