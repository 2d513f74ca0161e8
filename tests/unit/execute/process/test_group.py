"""Signals to groups, what earlier runs left behind, and signals that onward itself gets."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from onward.execute.process import group
from onward.execute.process.group import (
    end_orphans,
    end_processes_with_marker,
    ignore_signals,
    restore_signals,
    terminable,
)
from onward.execute.process.identity import Identity, has_members, processes_with_marker
from onward.execute.process.processes import Call, Handle, Processes


def started(processes: Processes, tmp_path: Path, script: str, marker: str = "") -> Handle:
    env = {"PATH": "/usr/bin:/bin", **({"ONWARD_TEST_RUN": marker} if marker else {})}
    handle = processes.start(Call(argv=("sh", "-c", script), cwd=tmp_path, env=env, log=tmp_path / "log.txt"))
    assert isinstance(handle, Handle)
    return handle


def test_names_of_signals() -> None:
    assert (group.name(9), group.name(61), group.number("SIGINT")) == ("SIGKILL", "61", 2)


def test_nobody_to_signal() -> None:
    assert not group.send(2**22 + 1, 0)


def test_strays_end_with_their_groups_and_nobody_else(tmp_path: Path) -> None:
    with Processes() as processes:
        stray = started(processes, tmp_path, "trap '' TERM; sleep 60 & wait; sleep 60")
        other = started(processes, tmp_path, "sleep 60")
        reused = Identity(other.pid, "an earlier process with this pid")
        assert end_orphans((stray.identity, reused), grace_s=0.2) == (stray.identity,)
        assert not has_members(stray.pid)
        assert other.ended is None


def test_carriers_of_a_marker_end_even_in_a_session_of_their_own(tmp_path: Path) -> None:
    marker = f"{tmp_path.name}-{os.getpid()}"
    with Processes() as processes:
        daemon = started(processes, tmp_path, "setsid sleep 60 & echo $! > pid; sleep 60", marker)
        other = started(processes, tmp_path, "sleep 60", f"{marker}-not")
        until = time.monotonic() + 5
        while len(processes_with_marker(f"ONWARD_TEST_RUN={marker}")) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(end_processes_with_marker(f"ONWARD_TEST_RUN={marker}")) == 3
        assert processes_with_marker(f"ONWARD_TEST_RUN={marker}") == ()
        assert daemon.ended is not None
        assert other.ended is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_terminated_is_being_interrupted(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt, match=number.name), terminable():
        signal.raise_signal(number)
    assert signal.getsignal(number) == before


def test_nothing_interrupts_while_it_is_held_off() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    ignore_signals()
    ignore_signals()
    for number in numbers:
        signal.raise_signal(number)
    restore_signals()
    restore_signals()
    assert [signal.getsignal(number) for number in numbers] == before


def test_only_the_main_thread_holds_off() -> None:
    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=ignore_signals)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) == before
