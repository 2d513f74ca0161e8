"""What a tree of processes uses, sampled while something else happens; and what the rest of the machine does."""

from __future__ import annotations

import os
import time

import psutil

from ..shapes import Machine


class Processes:
    """One process and everything that it has started. Time that ended members have used is not forgotten."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._used: dict[tuple[int, float], float] = {}

    def sample(self) -> tuple[int, float, int]:
        """Return resident bytes, CPU seconds since each member's start, and how many members there are."""
        resident = members = 0
        for process in self._members():
            try:
                with process.oneshot():
                    times = process.cpu_times()
                    resident += process.memory_info().rss
                    self._used[process.pid, process.create_time()] = times.user + times.system
                    members += 1
            except psutil.Error:
                # it ended between being listed and being looked at
                continue
        return resident, round(sum(self._used.values()), 3), members

    def _members(self) -> list[psutil.Process]:
        try:
            leader = psutil.Process(self._pid)
            return [leader, *leader.children(recursive=True)]
        except psutil.Error:  # it has ended
            return []


class MachineWatch:
    """The machine between two moments: whether anybody else was at work, which makes times longer."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._busy = busy()
        self._load = os.getloadavg()[0]

    def seen(self) -> Machine:
        """Return CPUs, the load average of one minute before and now, and the CPU seconds that everybody used."""
        return Machine(
            cpus=os.cpu_count() or 1,
            load_before=round(self._load, 2),
            load_after=round(os.getloadavg()[0], 2),
            seconds=round(time.monotonic() - self._began, 3),
            busy_s=round(busy() - self._busy, 3),
        )


def busy() -> float:
    """Return the CPU seconds that all processes of the machine have used since it started."""
    times = psutil.cpu_times()
    waiting = times.idle + getattr(times, "iowait", 0.0)
    # guests are counted in user and nice already
    twice = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times) - waiting - twice)
