"""How long a person waits for `onward --version`, against an interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from bench.ratio import Result, side_by_side

_ROUNDS = 20


def results() -> Iterator[Result]:
    """Measure whole processes, as they are started from a shell."""
    mine, theirs = side_by_side(lambda: _run("-m", "onward", "--version"), lambda: _run("-c", "pass"), _ROUNDS)
    yield Result(
        name="startup: onward --version",
        value=mine / theirs,
        limit=2.0,
        unit="x",
        detail=f"{mine * 1000:.1f} ms, python -c pass {theirs * 1000:.1f} ms",
    )


def _run(*words: str) -> None:
    subprocess.run((sys.executable, *words), check=True, capture_output=True)
