"""What is left on the machine after a run: processes, what they listen on, and folders of services."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil

MARKER = "ONWARD_RUN"
_PATIENCE_S = 5.0


def await_until(holds: Callable[[], object], seconds: float) -> bool:
    """Return whether `holds` became true within `seconds`."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def is_gone(pid: int) -> bool:
    """Return whether the process ended, at once or within moments; a zombie that its parent is slow to bury has."""

    def ended() -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            return True

    return await_until(ended, _PATIENCE_S)


def processes_of(state: Path) -> frozenset[psutil.Process]:
    """Return the live processes that carry the marker of a run below `state`, or work or keep files there."""
    return frozenset(process for process in psutil.process_iter() if _belongs(process, str(state)))


def listening(processes: frozenset[psutil.Process]) -> frozenset[int]:
    """Return the TCP ports on which `processes` listen."""
    return frozenset(port for process in processes for port in _ports(process))


def open_ports(ports: frozenset[int]) -> frozenset[int]:
    """Return which of `ports` somebody still listens on."""
    return ports & frozenset(_listening_ports(psutil.net_connections("tcp")))


def _belongs(process: psutil.Process, state: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return state in process.environ().get(MARKER, "") or state in " ".join(process.cmdline())
    except (psutil.Error, OSError):
        return False


def _listening_ports(connections: Iterable[Any]) -> Iterator[int]:
    return (connection.laddr.port for connection in connections if connection.status == psutil.CONN_LISTEN)


def _ports(process: psutil.Process) -> Iterator[int]:
    try:
        yield from _listening_ports(process.net_connections("tcp"))
    except (psutil.Error, OSError):
        return
