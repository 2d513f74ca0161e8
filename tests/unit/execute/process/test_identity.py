"""Processes are told apart by more than their pid."""

from __future__ import annotations

import os
import time
from pathlib import Path

from onward.execute.process.identity import Identity, has_members, identify, is_alive
from onward.execute.process.processes import Call, Handle, Processes


def test_this_process_is_itself() -> None:
    me = identify(os.getpid())
    assert me is not None
    assert is_alive(me)
    assert not is_alive(Identity(me.pid, "some other start"))


def test_a_zombie_is_not_alive(tmp_path: Path) -> None:
    with Processes() as processes:
        handle = processes.start(
            Call(argv=("true",), cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, log=tmp_path / "log")
        )
        assert isinstance(handle, Handle)
        until = time.monotonic() + 5
        while is_alive(handle.identity) and time.monotonic() < until:
            time.sleep(0.01)
        assert identify(handle.pid) is None
        assert not has_members(handle.pid)
