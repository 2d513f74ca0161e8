"""Faults that mypy reports under any configuration that has not switched it off."""

from __future__ import annotations

from functools import partial

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline
from onward.model.planting import beside_source

_RETURN = 'def price_of(count: int) -> int:\n    return f"{count} credits"\n'
_ARGUMENT = 'def double(number: int) -> int:\n    return number * 2\n\n\ndouble("two")\n'


def _plant(name: str, text: str, tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    return (Change(edits=(Edit(path=beside_source(tree, pipeline, name), text=text),)),)


DEFECTS = (
    Defect(
        id="wrong-return",
        title="a function that returns another type than it says",
        check="mypy",
        rule="return-value",
        plant=partial(_plant, "onward_wrong_return.py", _RETURN),
    ),
    Defect(
        id="wrong-argument",
        title="a call with an argument of the wrong type",
        check="mypy",
        rule="arg-type",
        plant=partial(_plant, "onward_wrong_argument.py", _ARGUMENT),
    ),
)
