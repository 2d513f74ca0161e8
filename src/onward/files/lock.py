"""Lock files: held by one alone, or by several that only read, and by nobody any more once their process is gone.

The kernel keeps the lock (flock), so SIGKILL lets go of it as well, and threads of one process exclude each other like
processes. What stands in the file is only for people: who holds it alone, since when and what for. The file stays when
the lock is let go; only somebody who holds it alone may remove it. Errors are OSErrors.
"""

from __future__ import annotations

import fcntl
import math
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock alone: the process, since when (ISO 8601, UTC), and what for."""

    pid: int
    since: str
    purpose: str

    def __str__(self) -> str:
        """Return it for a sentence: "process 4711 since 2026-11-21T08:48:41+00:00: writing the ledgers"."""
        return f"process {self.pid} since {self.since}: {self.purpose}"


def take(path: Path, *, shared: bool = False, purpose: str = "") -> FileIO | None:
    """Return the file, which holds the lock until it is closed, or None when somebody else does.

    Never waits; the file and its folder are made.
    With a `purpose` the holder is written down; without one nothing is written, so a full disk does not matter.
    """
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    while True:
        with ExitStack() as closing:
            file = closing.enter_context(_open(path))
            try:
                fcntl.flock(file, mode | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            # Else somebody removed the file between opening and locking: a lock that nobody else would find.
            if _is_still(path, file):
                _write(file, purpose)
                closing.pop_all()
                return file


def wait(
    path: Path,
    *,
    shared: bool = False,
    purpose: str = "",
    within_s: float = math.inf,
    stopped: Callable[[], bool] = lambda: False,
) -> FileIO | None:
    """Return the lock as soon as it is free (see `take`), None when that is not `within_s` seconds or `stopped` says so."""
    until = time.monotonic() + within_s
    # Asking again and again, because a blocked flock in a thread could not be interrupted.
    while (lock := take(path, shared=shared, purpose=purpose)) is None:
        if stopped() or time.monotonic() >= until:
            return None
        time.sleep(_PAUSE_S)
    return lock


def is_held(path: Path) -> bool:
    """Return whether somebody holds the lock alone; a file that is absent is held by nobody.

    One that cannot be looked at counts as held: what a living run has begun must not be ended by mistake.
    Asking shares it for an instant: who just then tries to take it alone is told no, so `wait` for what others ask about.
    """
    try:
        with FileIO(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return not isinstance(error, FileNotFoundError | NotADirectoryError)
    return False


def holder(path: Path) -> Holder | None:
    """Return who holds the lock alone; None when nobody does or nothing was written (shared, or without a purpose)."""
    if not is_held(path):
        return None
    match path.read_text(encoding="utf-8", errors="replace").split("\n"):
        case [pid, since, purpose, ""] if pid.isdecimal():
            return Holder(pid=int(pid), since=since, purpose=purpose)
        case _:
            return None


def _write(file: FileIO, purpose: str) -> None:
    """Write down the holder; without a purpose only what an earlier one left goes, which nobody holds any more."""
    if file.seek(0, os.SEEK_END):
        file.truncate(0)
    if purpose:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        file.write(f"{os.getpid()}\n{since}\n{' '.join(purpose.split())}\n".encode())


def _open(path: Path) -> FileIO:
    try:
        return FileIO(path, "a+", opener=_private)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return FileIO(path, "a+", opener=_private)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _is_still(path: Path, file: FileIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:  # removed meanwhile
        return False
