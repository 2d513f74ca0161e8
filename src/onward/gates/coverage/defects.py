"""Faults that the coverage gate must catch through its threshold or its ratchet."""

from __future__ import annotations

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

_FEWEST = 20


def plant_untested_module(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Add a module that nothing imports, half as long as all of the project's code."""
    files = _sources(tree, pipeline)
    folder = max((path.rpartition("/")[0] for path in files), key=lambda name: _count(files, name), default="")
    lines = [f"    total += {number}" for number in range(_half(tree, files))]
    text = (
        '"""Planted: code without a test."""\n\n\ndef planted():\n    total = 0\n'
        + "\n".join(lines)
        + "\n    return total\n"
    )
    path = f"{folder}/planted_untested.py" if folder else "planted_untested.py"
    return (Change(edits=(Edit(path=path, text=text),)),)


def plant_untested_branches(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Append a function full of untested branches to the longest source file."""
    files = _sources(tree, pipeline)
    path = max(files, key=lambda name: _length(tree, name))
    branches = [f"    if value == {number}:\n        return {number}" for number in range(_half(tree, files))]
    text = "\n\ndef planted_branches(value):\n" + "\n".join(branches) + "\n    return value\n"
    return (Change(edits=(Edit(path=path, text=text, append=True),)),)


def _sources(tree: Tree, pipeline: Pipeline) -> tuple[str, ...]:
    roots = [root.rstrip("/") for root in pipeline.source]
    tests = [root.rstrip("/") for root in pipeline.tests]
    python = [path for path in tree.paths if path.endswith(".py") and not _under(path, tests)]
    return tuple(path for path in python if _under(path, roots))


def _under(path: str, roots: list[str]) -> bool:
    return any(root in (".", path) or path.startswith(root + "/") for root in roots)


def _count(files: tuple[str, ...], folder: str) -> int:
    return sum(path.rpartition("/")[0] == folder for path in files)


def _length(tree: Tree, path: str) -> int:
    return sum(bool(line.strip()) for line in (tree.text(path) or "").splitlines())


def _half(tree: Tree, files: tuple[str, ...]) -> int:
    return max(_FEWEST, sum(_length(tree, path) for path in files) // 2)


DEFECTS = (
    Defect(
        id="untested-module",
        title="a module without any test",
        check="coverage",
        rule="coverage.lines",
        plant=plant_untested_module,
    ),
    Defect(
        id="untested-branches",
        title="a function whose branches no test executes",
        check="coverage",
        rule="coverage.branches",
        plant=plant_untested_branches,
    ),
)
