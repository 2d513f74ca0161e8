"""Say plainly that a test cannot look, or fail where everything is demanded (`ONWARD_REQUIRE=all`)."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def demanded(what: str) -> bool:
    """Return whether `ONWARD_REQUIRE` (comma separated, or "all") demands `what`."""
    wanted = os.environ.get("ONWARD_REQUIRE", "")
    return wanted == "all" or what in wanted.split(",")


def absent(what: str, hint: str) -> NoReturn:
    """End the test: a failure where `what` is required, else a skip with the hint."""
    if demanded(what):
        pytest.fail(f"{what} is demanded by ONWARD_REQUIRE but absent: {hint}")
    pytest.skip(f"{what} is absent: {hint}")


def program(name: str, hint: str = "") -> str:
    """Return the path of a program, or end the test as `absent` does."""
    found = shutil.which(name)
    return found if found is not None else absent(name, hint or f"install {name}")
