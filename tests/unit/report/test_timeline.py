from __future__ import annotations

from dataclasses import replace

import pytest

from kit import documents
from onward.report import timeline

DOCUMENT = documents.document()


def test_steps_that_never_began_are_not_on_it() -> None:
    line = timeline.draw(DOCUMENT)
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
    assert timeline.draw(DOCUMENT).chain == ("migrations/walk",)
    steps = [step for step in DOCUMENT.steps if step.gate in {"tests", "coverage"}]
    assert timeline.longest_chain(steps) == ("tests/pytest@3.9", "coverage/merge")


def test_the_bound_is_the_longest_chain_or_the_work() -> None:
    line = timeline.draw(DOCUMENT)
    assert line.bound == pytest.approx(31.4)
    steps = (replace(DOCUMENT.steps[0], cpu_s=100.0), *(replace(step, cpu_s=0.0) for step in DOCUMENT.steps[1:]))
    assert timeline.draw(replace(DOCUMENT, steps=steps)).bound == pytest.approx(50)


def test_busy_time_counts_overlaps_once() -> None:
    tests = [step for step in DOCUMENT.steps if step.gate == "tests"]
    assert timeline.busy(tests) == pytest.approx(12.5)
    assert timeline.busy([]) == 0


def test_nothing_ran() -> None:
    line = timeline.draw(replace(DOCUMENT, steps=(), started_at=None, duration_s=0))
    assert (line.bars, line.chain, line.bound) == ((), (), 0)
    assert line.span > 0
