from __future__ import annotations

from dataclasses import replace

import pytest

from kit import documents
from onward.model.document import NO_ANNEX
from onward.report import timeline

DOCUMENT = documents.document()
ANNEX = documents.example_annex()


def test_steps_that_never_began_are_not_on_it() -> None:
    line = timeline.draw(DOCUMENT, ANNEX)
    assert [bar.step for bar in line.bars] == [
        "lint/flake8",
        "tests/pytest@3.11",
        "tests/pytest@3.9",
        "migrations/walk",
        "dependencies/pip-audit",
        "coverage/merge",
    ]
    assert line.bars[-1].start == 14
    assert line.span == pytest.approx(34.25)


def test_the_critical_path_is_the_longest_chain_of_dependent_steps() -> None:
    assert timeline.draw(DOCUMENT, ANNEX).chain == ("migrations/walk",)
    steps = [step for step in DOCUMENT.steps if step.gate in {"tests", "coverage"}]
    assert timeline.longest_chain(steps, ANNEX) == ("tests/pytest@3.9", "coverage/merge")


def test_the_bound_is_the_longest_chain_or_the_work() -> None:
    line = timeline.draw(DOCUMENT, ANNEX)
    assert line.bound == pytest.approx(31.4)
    busy = replace(ANNEX, cpu_s={"lint/flake8": 100.0})
    assert timeline.draw(DOCUMENT, busy).bound == pytest.approx(50)


def test_busy_time_counts_overlaps_once() -> None:
    tests = [step for step in DOCUMENT.steps if step.gate == "tests"]
    assert timeline.busy(tests) == pytest.approx(12.5)
    assert timeline.busy([]) == 0


def test_nothing_ran() -> None:
    line = timeline.draw(replace(DOCUMENT, steps=(), started_at=None, duration_s=0), NO_ANNEX)
    assert (line.bars, line.chain, line.bound) == ((), (), 0)
    assert line.span > 0
