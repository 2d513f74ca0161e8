"""The sweeping thread."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.exc import OperationalError

from app.services.sweeper import Sweeper


def running() -> bool:
    return any(thread.name == "sweeper" for thread in threading.enumerate())


def test_it_sweeps_until_stopped_and_survives_a_lost_database(caplog: pytest.LogCaptureFixture) -> None:
    failures = [OperationalError("SELECT", {}, Exception("the connection is gone"))]
    swept = threading.Event()

    def sweep() -> int:
        if failures:
            raise failures.pop()
        swept.set()
        return 0

    sweeper = Sweeper(sweep, interval=0.001)
    sweeper.start()
    assert swept.wait(timeout=5)
    sweeper.stop()
    assert "could not be swept" in caplog.text
    assert not running()


def test_an_interval_of_zero_never_starts() -> None:
    sweeper = Sweeper(lambda: 0, interval=0)
    sweeper.start()
    assert not running()
    sweeper.stop()
