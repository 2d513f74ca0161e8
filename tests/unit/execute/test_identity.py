"""Processes are told apart by more than their pid."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pawl.execute.group import end_carriers, end_strays
from pawl.execute.identity import Identity, carriers, has_members, identify, is_alive
from pawl.execute.process import Call, Handle, Processes


def started(processes: Processes, tmp_path: Path, script: str, marker: str = "") -> Handle:
    env = {"PATH": "/usr/bin:/bin", **({"PAWL_TEST_RUN": marker} if marker else {})}
    handle = processes.start(Call(argv=("sh", "-c", script), cwd=tmp_path, env=env, log=tmp_path / "log.txt"))
    assert isinstance(handle, Handle)
    return handle


def test_this_process_is_itself() -> None:
    me = identify(os.getpid())
    assert me is not None
    assert is_alive(me)
    assert not is_alive(Identity(me.pid, "some other start"))


def test_a_zombie_is_not_alive(tmp_path: Path) -> None:
    with Processes() as processes:
        handle = started(processes, tmp_path, "exit 0")
        until = time.monotonic() + 5
        while is_alive(handle.identity) and time.monotonic() < until:
            time.sleep(0.01)
        assert identify(handle.pid) is None
        assert not has_members(handle.pid)


def test_strays_end_with_their_groups_and_nobody_else(tmp_path: Path) -> None:
    with Processes() as processes:
        stray = started(processes, tmp_path, "trap '' TERM; sleep 60 & wait; sleep 60")
        other = started(processes, tmp_path, "sleep 60")
        reused = Identity(other.pid, "an earlier process with this pid")
        assert end_strays((stray.identity, reused), grace_s=0.2) == (stray.identity,)
        assert not has_members(stray.pid)
        assert other.alive()


def test_carriers_of_a_marker_end_even_in_a_session_of_their_own(tmp_path: Path) -> None:
    marker = f"{tmp_path.name}-{os.getpid()}"
    with Processes() as processes:
        daemon = started(processes, tmp_path, "setsid sleep 60 & echo $! > pid; sleep 60", marker)
        other = started(processes, tmp_path, "sleep 60", f"{marker}-not")
        until = time.monotonic() + 5
        while len(carriers(f"PAWL_TEST_RUN={marker}")) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(end_carriers(f"PAWL_TEST_RUN={marker}")) == 3
        assert carriers(f"PAWL_TEST_RUN={marker}") == ()
        assert not daemon.alive()
        assert other.alive()
