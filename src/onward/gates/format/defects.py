"""Faults that the formatters must report: lines that are not formatted, and imports out of order."""

from __future__ import annotations

from onward.checks.defects import new_file
from onward.model.gate import Defect

_UNFORMATTED = "PRICES = {  'one':1,'two' :2 }\n"
_UNSORTED = "import os\nimport sys\nimport abc\n\nUSED = (abc, os, sys)\n"
_INDENTED = "def double( number ):\n  return number*2\n"

DEFECTS = (
    Defect(
        id="unformatted",
        title="a line that black would rewrite",
        check="black",
        rule="black",
        plant=new_file("onward_unformatted.py", _UNFORMATTED),
    ),
    Defect(
        id="unsorted",
        title="imports out of order",
        check="isort",
        rule="isort",
        plant=new_file("onward_unsorted.py", _UNSORTED),
    ),
    Defect(
        id="indented",
        title="a function that ruff would rewrite",
        check="ruff-format",
        rule="ruff-format",
        plant=new_file("onward_indented.py", _INDENTED),
    ),
)
