"""Wilcoxon's signed-rank test for paired differences, with the estimate and the interval that belong to it.

All of it is exact and free of assumptions about the shape of the noise: only that a difference is as likely to be above
its true centre as below, by the same amounts. The estimate is the median of all pairwise means (Hodges and Lehmann).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The centre of paired differences: `low` and `high` enclose it with the confidence that was asked for.

    `p` is how likely differences so far above zero are where the true centre is zero or below. Where there are too few
    pairs for the confidence, the interval spans all that was seen.
    """

    pairs: int
    estimate: float
    low: float
    high: float
    p: float


def shift(differences: Sequence[float], *, confidence: float) -> Shift:
    """Return where the centre of `differences` (at least one) lies; `confidence` is between 0 and 1, two-sided."""
    count = len(differences)
    means = sorted(_pairwise_means(differences))
    outside = _outside(count, (1 - confidence) / 2)
    return Shift(
        pairs=count,
        estimate=median(means),
        low=means[outside],
        high=means[-1 - outside],
        p=at_least(count, _rank_sum(means)),
    )


def _pairwise_means(values: Sequence[float]) -> Iterable[float]:
    return ((first + second) / 2 for index, first in enumerate(values) for second in values[: index + 1])


def _rank_sum(means: Iterable[float]) -> int:
    """Return the sum of the ranks of positive differences; a zero counts half, and halves are rounded down."""
    doubled = sum(2 if mean > 0 else 1 if mean == 0 else 0 for mean in means)
    return doubled // 2


def at_least(count: int, rank_sum: int) -> float:
    """Return how likely a rank sum of at least `rank_sum` is by chance, for `count` differences."""
    ways = _ways(count)
    return sum(ways[rank_sum:]) / (1 << count)


def _outside(count: int, tail: float) -> int:
    """Return how many pairwise means lie outside of the interval on each side: as many as `tail` allows."""
    ways = _ways(count)
    likely, outside = 0.0, 0
    for rank_sum in range(len(ways) // 2):
        likely += ways[rank_sum] / (1 << count)
        if likely > tail:
            break
        outside = rank_sum + 1
    return outside


@cache
def _ways(count: int) -> tuple[int, ...]:
    """Return in how many of the 2^count choices of signs each rank sum comes about."""
    ways = [1]
    for rank in range(1, count + 1):
        longer = [*ways, *([0] * rank)]
        ways = [there + (ways[total - rank] if total >= rank else 0) for total, there in enumerate(longer)]
    return tuple(ways)


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """Return the probabilities of several tests, raised so that the chance of any false alarm among them holds."""
    raised = [1.0] * len(chances)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(chances)), key=lambda entry: chances[entry])):
        highest = max(highest, min(1.0, chances[index] * (len(chances) - place)))
        raised[index] = highest
    return tuple(raised)
