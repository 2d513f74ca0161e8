"""What pytest's reports of phases say of one test."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from onward.guest.reported_test import Test


@dataclasses.dataclass
class Phase:
    """A report as pytest makes it, with what counts here."""

    when: str
    outcome: str = "passed"
    duration: float = 0.5
    location: tuple[str, int, str] = ("tests/test_a.py", 3, "test_a")
    longrepr: object = "why"


def told(*phases: Phase) -> Test:
    test = Test("tests/test_a.py::test_a")
    for phase in phases:
        test.add(phase, Path.cwd())
    return test


@pytest.mark.parametrize(
    ("phases", "executed"),
    [
        ((Phase("setup"), Phase("call"), Phase("teardown")), True),
        ((Phase("setup"), Phase("call", "failed"), Phase("teardown")), True),
        ((Phase("setup", "failed"), Phase("teardown")), True),
        ((Phase("setup", "skipped"), Phase("teardown")), True),
        ((Phase("???", "failed"),), True),
        ((Phase("setup"), Phase("teardown")), False),
    ],
)
def test_setting_up_alone_is_no_execution(phases: tuple[Phase, ...], executed: bool) -> None:  # noqa: FBT001
    assert told(*phases).was_executed() is executed


def test_the_worst_phase_counts() -> None:
    line = told(Phase("setup"), Phase("call"), Phase("teardown", "failed")).line()
    assert (line["outcome"], line["duration_s"], line["line"]) == ("error", 1.5, 4)
