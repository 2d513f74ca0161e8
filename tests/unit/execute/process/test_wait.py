from __future__ import annotations

from pathlib import Path

import pytest

from onward.errors import ServiceError
from onward.execute.process.wait import await_answer, tail, with_tail


def test_waits_until_it_answers() -> None:
    answers = iter((False, False, True))
    await_answer(lambda: next(answers), lambda: None, limit_s=5, what="server")
    assert next(answers, None) is None


def test_a_server_that_ended_is_not_waited_for() -> None:
    with pytest.raises(ServiceError, match="server exited during start-up: exit:1"):
        await_answer(lambda: False, lambda: "exit:1", limit_s=60, what="server")


def test_waiting_is_bounded() -> None:
    with pytest.raises(ServiceError, match=r"server did not answer within 0\.01 s"):
        await_answer(lambda: False, lambda: None, limit_s=0.01, what="server")


def test_only_the_last_lines_are_told(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"old\n" * 10_000 + "".join(f"line {number}\n\n" for number in range(9)).encode() + b"\xff")
    assert tail(log) == "line 4 | line 5 | line 6 | line 7 | line 8 | \ufffd"
    assert with_tail("died", tmp_path / "absent") == "died"
