"""Which process is meant: a pid alone is reused, a pid with its start time is not."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path

_DEAD = "ZX"


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


def processes_with_marker(marker: str) -> tuple[Identity, ...]:
    """Return the processes of this user whose environment holds the entry `marker` ("NAME=value")."""
    import psutil  # noqa: PLC0415  # half of what importing onward costs, and only needed for orphans

    def carries(process: psutil.Process) -> bool:
        name, _, value = marker.partition("=")
        try:
            return process.environ().get(name) == value
        except (psutil.Error, OSError):
            # Somebody else's process, or one that is just ending: not ours to touch.
            return False

    found = (identify(process.pid) for process in psutil.process_iter() if carries(process))
    return tuple(identity for identity in found if identity is not None)


def has_members(group: int) -> bool:
    """Return whether a process of this group still runs; zombies that wait for a slow parent do not."""
    if sys.platform != "linux":
        return True
    stats = (_stat(place.name) for place in Path("/proc").iterdir() if place.name.isdigit())
    return any(stat[2] == str(group) and stat[0] not in _DEAD for stat in stats if stat)


def _started_linux(pid: int) -> str:
    stat = _stat(str(pid))
    return f"{stat[19]}@{_boot()}" if stat and stat[0] not in _DEAD else ""


def _stat(pid: str) -> list[str]:
    """Return what the system says of a process from its state on; empty when there is none."""
    try:
        # The field before is the program's name in parentheses and may itself hold blanks and parentheses.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError, PermissionError):  # gone, or hidden because it is another user's
        return []


@functools.cache
def _boot() -> str:
    # Start times count from boot, so the same numbers can come back after one.
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _started_elsewhere(pid: int) -> str:
    import psutil  # noqa: PLC0415  # as above

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.3f}"
    except psutil.Error:  # there is none of this number
        return ""
