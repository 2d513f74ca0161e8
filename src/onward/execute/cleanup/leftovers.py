"""End what a server left behind: its processes wherever they are, and its folder."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from onward.execute.cleanup.owned import OwnedResource
from onward.execute.process.group import end_orphans
from onward.execute.process.identity import Identity, identify

_TRIES = 5
_PAUSE_S = 0.05


def end_processes(resource: OwnedResource) -> tuple[Identity, ...]:
    """End the process that was written down, and every process of its program that works in its folder."""
    written = (Identity(resource.pid, resource.started),) if resource.pid and resource.started else ()
    return end_orphans({*written, *_residents(resource)})


def clear_folder(resource: OwnedResource) -> None:
    """Remove the folder of a server that has ended."""
    folder = Path(resource.folder)
    for _ in range(_TRIES if resource.folder else 0):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        # A process in its last moments may still have written a file.
        end_processes(resource)
        time.sleep(_PAUSE_S)


def _residents(resource: OwnedResource) -> Iterator[Identity]:
    # A backend has a session of its own, and a server that was started just before onward was killed was never written
    # down: the working directory tells both. The program's name spares somebody's shell that stands there.
    if not resource.folder or not resource.programs:
        return
    for process in psutil.process_iter():
        if process.pid != os.getpid() and _works_in(process, Path(resource.folder), resource.programs):
            found = identify(process.pid)
            if found is not None:
                yield found


def _works_in(process: psutil.Process, folder: Path, programs: tuple[str, ...]) -> bool:
    try:
        place = Path(process.cwd())
        return place.is_relative_to(folder) and Path(process.exe()).name.removesuffix(" (deleted)") in programs
    except (psutil.Error, OSError):
        # Somebody else's process, or one that is just ending: not ours to touch.
        return False
