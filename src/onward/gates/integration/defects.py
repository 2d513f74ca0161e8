"""Faults that the integration gate must catch."""

from __future__ import annotations

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

_FAILING = '''"""Planted: an integration test that cannot pass."""


def test_planted_integration_failure():
    assert sum([1, 1]) == 3
'''
_MARKED = '''"""Planted: a test that only a real database could pass, and that does not."""

import pytest


@pytest.mark.{marker}
def test_planted_marked_failure():
    assert sum([1, 1]) == 3
'''


def plant_failure(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Add a failing test under the first claimed path that exists."""
    paths = pipeline.settings("integration").texts("paths")
    there = [path for path in paths if any(file.startswith(path.rstrip("/") + "/") for file in tree.paths)]
    folder = next(iter((*there, *paths)), "tests/integration").rstrip("/")
    return (Change(edits=(Edit(path=f"{folder}/test_planted_integration_failure.py", text=_FAILING),)),)


def plant_marked_failure(_: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Add a failing test outside of the claimed paths that carries the last claimed marker."""
    marker = next(reversed(pipeline.settings("integration").texts("markers")), "sqlite_incompatible")
    folder = next(iter(pipeline.tests), "tests").rstrip("/")
    path = f"{folder}/test_planted_marked_failure.py"
    return (Change(edits=(Edit(path=path, text=_MARKED.format(marker=marker)),)),)


DEFECTS = (
    Defect(
        id="failing-integration-test",
        title="an integration test that fails",
        check="pytest",
        rule="test-failed",
        plant=plant_failure,
    ),
    Defect(
        id="failing-marked-test",
        title="a test that SQLite cannot run, and that fails on the real database",
        check="pytest",
        rule="test-failed",
        plant=plant_marked_failure,
    ),
)
