"""Faults that mypy reports under any configuration that has not switched it off."""

from __future__ import annotations

from onward.checks.defects import new_file
from onward.model.gate import Defect

_RETURN = 'def price_of(count: int) -> int:\n    return f"{count} credits"\n'
_ARGUMENT = 'def double(number: int) -> int:\n    return number * 2\n\n\ndouble("two")\n'


DEFECTS = (
    Defect(
        id="wrong-return",
        title="a function that returns another type than it says",
        check="mypy",
        rule="return-value",
        plant=new_file("onward_wrong_return.py", _RETURN),
    ),
    Defect(
        id="wrong-argument",
        title="a call with an argument of the wrong type",
        check="mypy",
        rule="arg-type",
        plant=new_file("onward_wrong_argument.py", _ARGUMENT),
    ),
)
