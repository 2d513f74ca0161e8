"""Faults that every usual selection of lint rules reports."""

from __future__ import annotations

from onward.checks.defects import new_file
from onward.model.gate import Defect

_UNUSED = "import os\n"
_UNPARSED = "def half(:\n    pass\n"


DEFECTS = (
    Defect(
        id="unused-import-flake8",
        title="an import that nothing uses",
        check="flake8",
        rule="F401",
        plant=new_file("onward_unused.py", _UNUSED),
    ),
    Defect(
        id="unparsed-flake8",
        title="a file that is not Python",
        check="flake8",
        rule="E999",
        plant=new_file("onward_unparsed.py", _UNPARSED),
    ),
    Defect(
        id="unused-import-ruff",
        title="an import that nothing uses",
        check="ruff",
        rule="F401",
        plant=new_file("onward_unused.py", _UNUSED),
    ),
    Defect(
        id="unparsed-ruff",
        title="a file that is not Python",
        check="ruff",
        rule="invalid-syntax",
        plant=new_file("onward_unparsed.py", _UNPARSED),
    ),
)
