"""Which process is meant: a pid alone is reused, a pid with its start time is not."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Identity:
    """One process for ever: `started` is its start time in the system's own terms, only good for comparing."""

    pid: int
    started: str


def identify(pid: int) -> Identity | None:
    """Return the identity of the process that has `pid` now, or None when there is none or only its zombie."""
    started = _started_linux(pid) if sys.platform == "linux" else _started_elsewhere(pid)
    return Identity(pid, started) if started else None


def is_alive(identity: Identity) -> bool:
    """Return whether exactly this process still runs; a zombie does not, and neither does a later one with its pid."""
    return identify(identity.pid) == identity


def carriers(marker: str) -> tuple[Identity, ...]:
    """Return the processes of this user whose environment holds the entry `marker` ("NAME=value")."""
    name, _, value = marker.partition("=")
    found = (identify(process.pid) for process in psutil.process_iter() if _carries(process, name, value))
    return tuple(identity for identity in found if identity is not None)


def _carries(process: psutil.Process, name: str, value: str) -> bool:
    try:
        return process.environ().get(name) == value
    except (psutil.Error, OSError):
        # Somebody else's process, or one that is just ending: not ours to touch.
        return False


def _started_linux(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The second field is the program's name in parentheses and may itself hold blanks and parentheses.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else f"{fields[19]}@{_boot()}"


@functools.cache
def _boot() -> str:
    # Start times count from boot, so the same numbers can come back after one.
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _started_elsewhere(pid: int) -> str:
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.3f}"
    except psutil.Error:
        return ""
