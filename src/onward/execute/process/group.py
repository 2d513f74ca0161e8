"""Process groups at the level of the system: signal them, wait for them without polling, see that they are gone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

from onward.execute.process.identity import Identity, has_members, is_alive, processes_with_marker

TERM = signal.SIGTERM
KILL = signal.SIGKILL
# How long what was killed may take to be gone.
_VANISH_S = 0.5
_PAUSE_S = 0.005


def number(name: str) -> int:
    """Return the number of a signal ("SIGINT")."""
    return signal.Signals[name].value


def name(code: int) -> str:
    """Return the name of a signal, or its number where it has none (real-time signals)."""
    try:
        return signal.Signals(code).name
    except ValueError:
        return str(code)


def send(group: int, code: int) -> bool:
    """Signal a whole process group; return whether anybody was there."""
    try:
        os.killpg(group, code)
    except (ProcessLookupError, PermissionError):
        # Gone, or nothing left but a zombie (macOS refuses to signal those).
        return False
    return True


def await_exit(pid: int) -> None:
    """Block until the child `pid` has exited, leaving it as a zombie: its number then still means this very group."""
    if sys.platform == "darwin":
        with contextlib.closing(select.kqueue()) as queue:
            exited = select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
            with contextlib.suppress(ProcessLookupError):  # it has exited already
                queue.control([exited], 1)
        return
    with contextlib.suppress(ChildProcessError):  # reaped already
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def has_exited(pid: int) -> bool:
    """Return at once whether the child `pid` has exited; it stays a zombie."""
    if sys.platform == "darwin":
        with contextlib.closing(select.kqueue()) as queue:
            exited = select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
            try:
                return bool(queue.control([exited], 1, 0))
            except ProcessLookupError:
                return True
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
    except ChildProcessError:
        return True


def reap(pid: int) -> tuple[int, float]:
    """End what an exited leader left behind in its group; return its exit code (-N for signal N) and CPU seconds."""
    send(pid, KILL)
    try:
        _, status, usage = os.wait4(pid, 0)
    except ChildProcessError:
        # An interrupt came between reaping and remembering.
        return -KILL, 0.0
    _await_vanished(pid)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


def _await_vanished(group: int) -> None:
    until = time.monotonic() + _VANISH_S
    while send(group, 0) and has_members(group) and time.monotonic() < until:
        # As first process of a container onward itself inherits the orphans.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-group, os.WNOHANG)
        time.sleep(_PAUSE_S)


def end_orphans(orphans: Iterable[Identity], grace_s: float = 2.0) -> tuple[Identity, ...]:
    """End processes that an earlier, killed onward left behind, with their groups; return those that were still alive.

    Nothing is touched but exactly these processes: one that merely has the same pid has another start time.
    """
    alive = tuple(stray for stray in orphans if is_alive(stray))
    for code, wait_s in ((TERM, grace_s), (KILL, _VANISH_S)):
        _signal_each(alive, code)
        _await_all_gone(alive, wait_s)
    return alive


def end_processes_with_marker(marker: str, grace_s: float = 2.0) -> tuple[Identity, ...]:
    """End this user's processes whose environment holds `marker` ("NAME=value"), except this one; return them."""
    return end_orphans((stray for stray in processes_with_marker(marker) if stray.pid != os.getpid()), grace_s)


def _signal_each(orphans: tuple[Identity, ...], code: int) -> None:
    for stray in orphans:
        if not is_alive(stray):
            continue
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # A leader goes with its group; a member of some other group goes alone.
            leads = os.getpgid(stray.pid) == stray.pid
            (os.killpg if leads else os.kill)(stray.pid, code)


def _await_all_gone(orphans: tuple[Identity, ...], wait_s: float) -> None:
    until = time.monotonic() + wait_s
    while any(is_alive(stray) for stray in orphans) and time.monotonic() < until:
        time.sleep(_PAUSE_S)


_INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_heeded: dict[signal.Signals, Any] = {}


def ignore_signals() -> None:
    """Ignore what would interrupt onward, until `restore_signals`; outside of the main thread, and the second time, nothing."""
    if threading.current_thread() is threading.main_thread() and not _heeded:
        _heeded.update({code: signal.signal(code, signal.SIG_IGN) for code in _INTERRUPTING})


def restore_signals() -> None:
    """Listen again to what `ignore_signals` made onward ignore; harmless without it."""
    while _heeded:
        signal.signal(*_heeded.popitem())


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end onward as Ctrl-C does, by KeyboardInterrupt; for the main thread only."""
    before = {code: signal.signal(code, _interrupt) for code in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for code, handler in before.items():
            signal.signal(code, handler)


def _interrupt(code: int, _: FrameType | None) -> None:
    raise KeyboardInterrupt(name(code))
