"""Faults that the tests gate must catch."""

from __future__ import annotations

from functools import partial

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

_FAILING = '''"""Planted: a test that cannot pass."""


def test_planted_failure():
    assert sum([1, 1]) == 3
'''
_ERROR = '''"""Planted: a test whose preparation fails."""

import pytest


@pytest.fixture
def planted():
    raise RuntimeError("planted")


def test_planted_error(planted):
    assert planted
'''


def _folder(tree: Tree, pipeline: Pipeline) -> str:
    """Return a folder in which the tests gate collects: beside a test that no other gate claims."""
    claimed = [path for gate in ("integration", "e2e") for path in pipeline.settings(gate).texts("paths")]
    for root in pipeline.tests or ("tests",):
        for path in tree.paths:
            folder, _, name = path.rpartition("/")
            inside = path.startswith(root.rstrip("/") + "/") or root in (".", path)
            if inside and _is_test(name) and not any(path.startswith(claim.rstrip("/") + "/") for claim in claimed):
                return folder
    return (pipeline.tests or ("tests",))[0]


def _is_test(name: str) -> bool:
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def _plant(name: str, text: str, tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    folder = _folder(tree, pipeline)
    path = f"{folder}/{name}" if folder else name
    return (Change(edits=(Edit(path=path, text=text),)),)


_failure = partial(_plant, "test_planted_failure.py", _FAILING)
_error = partial(_plant, "test_planted_error.py", _ERROR)

DEFECTS = (
    Defect(id="failing-test", title="a test that fails", check="pytest", rule="test-failed", plant=_failure),
    Defect(id="broken-fixture", title="a fixture that raises", check="pytest", rule="test-error", plant=_error),
)
