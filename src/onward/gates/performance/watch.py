"""What the application and the machine used while load was put on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from onward.gates.performance.shapes import Machine, Sample, Watched

MIB = 1024 * 1024
# An application that has just started fills its pools and caches: that is no leak.
_WARM_UP = 1 / 3
_POINTS = 60


@dataclass(frozen=True)
class Watch(Watched):
    """All samples, how locust ended, and what the machine did besides."""

    @property
    def surroundings(self) -> str:
        """What the machine did meanwhile, in words."""
        return in_words(self.machine, _ours(self.samples))

    @property
    def peak_bytes(self) -> int:
        """The most memory that was seen at once."""
        return max((sample.resident for sample in self.samples), default=0)

    @property
    def cpu_percent(self) -> float:
        """The mean use of CPU by the application; 100 is one CPU."""
        return 100 * self._rate(lambda sample: sample.cpu_s)

    @property
    def generator(self) -> float:
        """The mean use of CPU by locust; 1 is one CPU, the most that it can use."""
        return self._rate(lambda sample: sample.locust_s)

    @property
    def growth_mib_per_hour(self) -> float:
        """The median of all slopes between samples (Theil and Sen), the first third left out."""
        rest = self.samples[int(len(self.samples) * _WARM_UP) :]
        points = rest[:: max(1, len(rest) // _POINTS)]
        slopes = [
            (later.resident - earlier.resident) / (later.at - earlier.at)
            for index, later in enumerate(points)
            for earlier in points[:index]
            if later.at > earlier.at
        ]
        return median(slopes) / MIB * 3600 if slopes else 0.0

    def _rate(self, used: Callable[[Sample], float]) -> float:
        if len(self.samples) < 2:
            return 0.0
        first, last = self.samples[0], self.samples[-1]
        return max(0.0, (used(last) - used(first)) / max(last.at - first.at, 1e-3))


def _ours(samples: Sequence[Sample]) -> float:
    if not samples:
        return 0.0
    first, last = samples[0], samples[-1]
    return last.cpu_s - first.cpu_s + last.locust_s - first.locust_s


def in_words(machine: Machine, ours_s: float | None = None) -> str:
    """Return what the machine did meanwhile: its noise is part of the evidence.

    `ours_s` are the CPU seconds of the application and of locust, None where they are not known.
    """
    capacity_s = max(machine.cpus * machine.seconds, 1e-3)
    busy = f"{machine.busy_s / capacity_s:.0%} of its CPU time was used"
    others = (
        ""
        if ours_s is None
        else f", {max(0.0, machine.busy_s - ours_s) / capacity_s:.0%} by neither application nor locust"
    )
    load = f"load average {machine.load_before:g} before, {machine.load_after:g} after"
    return f"the machine: {machine.cpus} CPUs, {load}; {busy}{others}"
