"""One number with a unit and a direction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Better(StrEnum):
    """Which way is an improvement."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A threshold from policy for one measure."""

    measure: str
    value: float
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """For example line coverage 71.3 percent, higher is better. `scope` is empty for the whole project."""

    name: str
    value: float
    unit: str
    better: Better
    scope: str = ""

    def is_worse_than(self, limit: float) -> bool:
        """Return whether this value lies on the wrong side of `limit`; the limit itself is allowed."""
        return self.value < limit if self.better is Better.HIGHER else self.value > limit
