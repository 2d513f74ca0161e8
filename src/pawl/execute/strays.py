"""Programs of runs that died: a killed pawl cannot end what it had started, so the next one does."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import psutil

from pawl.execute.group import end_carriers

MARKER = "PAWL_RUN"


def end_strays_of_dead_runs() -> tuple[str, ...]:
    """End every process of this user that carries the marker of a run which nobody holds; return those runs."""
    dead = tuple(sorted(run for run in _marked_runs() if not _is_held(Path(run))))
    for run in dead:
        end_carriers(f"{MARKER}={run}")
    return dead


def _marked_runs() -> frozenset[str]:
    return frozenset(filter(None, (_marker(process) for process in psutil.process_iter())))


def _marker(process: psutil.Process) -> str:
    try:
        return process.environ().get(MARKER, "")
    except (psutil.Error, OSError):
        # Somebody else's process, or one that is just ending: not ours to touch.
        return ""


def _is_held(run: Path) -> bool:
    """Return whether a live pawl holds the run's lock; a run directory that is gone is held by nobody."""
    try:
        descriptor = os.open(run / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
