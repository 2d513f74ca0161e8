"""The statistics of the comparison: against brute force, against their own promises, and on noise that is made up."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.gates.performance.compare import Comparison, Rules
from onward.gates.performance.requests import counted, percentile
from onward.gates.performance.signed_rank import at_least, holm, shift

RULES = Rules(slower=0.10, confidence=0.99)
DIFFERENCES = st.lists(st.floats(-3, 3, allow_nan=False, width=32), min_size=1, max_size=25)


def rank_sums(count: int) -> Iterator[int]:
    """Yield the rank sum of each way to choose signs."""
    for signs in itertools.product((0, 1), repeat=count):
        yield sum(rank for rank, positive in enumerate(signs, start=1) if positive)


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_chance_is_that_of_all_signs_counted_one_by_one(count: int) -> None:
    every = list(rank_sums(count))
    for wanted in range(count * (count + 1) // 2 + 1):
        assert at_least(count, wanted) == pytest.approx(sum(entry >= wanted for entry in every) / len(every))


def test_a_textbook_example() -> None:
    differences = [8, 7, 6, 5, 4, 3, 2, -1]
    found = shift(differences, confidence=0.95)
    assert found.p == pytest.approx(2 / 256)
    assert found.low <= found.estimate <= found.high


@given(DIFFERENCES)
def test_estimate_lies_in_its_interval_and_among_the_differences(differences: list[float]) -> None:
    found = shift(differences, confidence=0.99)
    assert min(differences) <= found.low <= found.estimate <= found.high <= max(differences)
    assert 0 <= found.p <= 1
    assert found.pairs == len(differences)


@given(DIFFERENCES)
def test_more_confidence_never_makes_the_interval_narrower(differences: list[float]) -> None:
    sure, surer = shift(differences, confidence=0.9), shift(differences, confidence=0.99)
    assert surer.low <= sure.low
    assert sure.high <= surer.high


@given(DIFFERENCES, st.floats(0, 2))
def test_whoever_is_slower_by_more_is_never_less_suspicious(differences: list[float], more: float) -> None:
    assert (
        shift([difference + more for difference in differences], confidence=0.99).p
        <= shift(differences, confidence=0.99).p
    )


@given(DIFFERENCES)
def test_order_does_not_matter(differences: list[float]) -> None:
    assert shift(differences, confidence=0.99) == shift(differences[::-1], confidence=0.99)


def test_no_difference_at_all_is_no_slowdown() -> None:
    found = shift([0.0] * 20, confidence=0.99)
    assert (found.estimate, found.low, found.high) == (0, 0, 0)
    assert found.p > 0.4


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_correction_only_raises_and_keeps_the_order(chances: list[float]) -> None:
    raised = holm(chances)
    assert all(after >= before for before, after in zip(chances, raised, strict=True))
    ordered = sorted(range(len(chances)), key=lambda entry: chances[entry])
    assert [raised[entry] for entry in ordered] == sorted(raised)
    assert max(raised) <= 1


def test_correction_by_holm() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))


@cache
def noisy(seed: int, *, slower: float, pairs: int = 30, requests: int = 40) -> list[float]:
    """Return the log ratios of medians of a made-up run: drift, bursts of a neighbour, and long tails of answers."""
    draw = random.Random(seed)
    weather, found = 0.0, []
    for _ in range(pairs):
        weather = 0.8 * weather + draw.gauss(0, 0.3)
        medians = []
        for factor in (1.0, 1.0 + slower):
            here = weather + draw.gauss(0, 0.05)
            times = [factor * 6 * math.exp(here + draw.gauss(0, 0.35)) for _ in range(requests)]
            times = [time + (draw.expovariate(1 / 40) if draw.random() < 0.05 else 0) for time in times]
            medians.append(percentile(counted(times), 50))
        found.append(math.log(medians[1] / medians[0]))
    return found


def reported(differences: list[float]) -> bool:
    found = shift(differences, confidence=RULES.confidence)
    # eight endpoints with two percentiles each are compared at once in the worst case
    entry = Comparison(endpoint="", percent=50, base_ms=1, head_ms=1, shift=found, chance=min(1.0, 16 * found.p))
    return entry.is_slower(RULES)


def test_noise_alone_is_never_a_slowdown() -> None:
    assert sum(reported(noisy(seed, slower=0.0)) for seed in range(150)) == 0


def test_fifteen_percent_are_seen_nine_times_in_ten() -> None:
    assert sum(reported(noisy(seed, slower=0.15)) for seed in range(100)) >= 90


def test_what_is_sure_but_tiny_is_no_slowdown() -> None:
    assert sum(reported(noisy(seed, slower=0.03, requests=400)) for seed in range(20)) == 0


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    truth = math.log(1.15)
    covered = [shift(noisy(seed, slower=0.15), confidence=0.9) for seed in range(200)]
    assert sum(entry.low <= truth <= entry.high for entry in covered) / 200 == pytest.approx(0.9, abs=0.06)
