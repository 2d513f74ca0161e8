"""What a benchmark reports, and how two things are compared on a machine that is never quiet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One number beside its limit; `detail` says what was measured."""

    name: str
    value: float
    limit: float
    unit: str
    detail: str

    @property
    def holds(self) -> bool:
        """Return whether the number keeps its limit."""
        return self.value <= self.limit


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def side_by_side(mine: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the best times of both, taken in turns: what else the machine does can only make either slower."""
    pairs = [(seconds(mine), seconds(theirs)) for _ in range(rounds)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
