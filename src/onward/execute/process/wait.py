"""Wait for a server until it answers; say how it ended when it does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from onward.errors import ServiceError

_SHORTEST_S = 0.003
_LONGEST_S = 0.1
_LAST_LINES = 6
_TAIL_BYTES = 8192


def await_answer(answers: Callable[[], bool], ended: Callable[[], str | None], *, limit_s: float, what: str) -> None:
    """Return as soon as `answers()`; ServiceError when `ended()` says that the server is gone, or after `limit_s`."""
    until = time.monotonic() + limit_s
    pause = _SHORTEST_S
    while not answers():
        end = ended()
        if end is not None:
            raise ServiceError(f"{what} exited during start-up: {end}")
        if time.monotonic() > until:
            raise ServiceError(f"{what} did not answer within {limit_s:g} s")
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_S)


def tail(log: Path) -> str:
    """Return the last lines of a log on one line, empty when there is nothing."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return " | ".join([line.strip() for line in lines if line.strip()][-_LAST_LINES:])


def with_tail(text: str, log: Path) -> str:
    """Return `text` followed by the last lines of the log, where there are any."""
    last = tail(log)
    return f"{text}; last output: {last}" if last else text
