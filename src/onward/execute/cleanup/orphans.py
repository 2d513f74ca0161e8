"""Programs and folders of runs that died: a killed onward cannot clear away what it had begun, so the next one does."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from onward.execute.process import folders
from onward.execute.process.group import end_processes_with_marker
from onward.files.lock import is_held
from onward.model.places import RUN_LOCK

MARKER = "ONWARD_RUN"
_PREFIX = "onward-"
_OWNER = ".run"


@contextlib.contextmanager
def scratch(run: Path) -> Iterator[Path]:
    """Yield a new temporary folder for one step of `run`; it is removed afterwards, at the latest by the next run."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as made:
        folder = Path(made).resolve()
        (folder / _OWNER).symlink_to(run)
        yield folder


def remove_scratch_of_dead_runs() -> tuple[str, ...]:
    """Remove the temporary folders of runs that nobody holds, once their programs have ended; return them."""
    dead = tuple(sorted(path for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*") if _is_abandoned(path)))
    for folder in dead:
        # What a program of another user left in there stays.
        with contextlib.suppress(OSError):
            folders.remove(str(folder))
    return tuple(map(str, dead))


def _is_abandoned(folder: Path) -> bool:
    """Return whether `folder` is this user's own and names a run that has died."""
    try:
        return folder.lstat().st_uid == os.geteuid() and not is_held((folder / _OWNER).readlink() / RUN_LOCK)
    except OSError:
        # Somebody else's folder, or gone in this very moment.
        return False


def end_orphans_of_dead_runs() -> tuple[str, ...]:
    """End every process of this user that carries the marker of a run which nobody holds; return those runs."""
    dead = tuple(sorted(run for run in _marked_runs() if not is_held(Path(run, RUN_LOCK))))
    for run in dead:
        end_processes_with_marker(f"{MARKER}={run}")
    return dead


def _marked_runs() -> frozenset[str]:
    return frozenset(filter(None, (_marker(process) for process in psutil.process_iter())))


def _marker(process: psutil.Process) -> str:
    try:
        return process.environ().get(MARKER, "")
    except (psutil.Error, OSError):
        # Somebody else's process, or one that is just ending: not ours to touch.
        return ""
