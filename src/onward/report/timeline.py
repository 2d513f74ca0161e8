"""When each step ran, and what bounds the time of a run: its longest chain and its CPU work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from onward.model.document import Document, StepEntry
from onward.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A step on the timeline; `start` is seconds after the start of the run."""

    step: str
    gate: str
    verdict: Verdict
    start: float
    seconds: float
    critical: bool
    cached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All steps that began, by start, beside the numbers that bound the run (seconds)."""

    bars: tuple[Bar, ...]
    wall: float
    chain: tuple[str, ...]
    chain_seconds: float
    cpu_seconds: float
    cpus: int

    @property
    def span(self) -> float:
        """Length of the axis, never zero."""
        return max([self.wall, 0.001, *(bar.start + bar.seconds for bar in self.bars)])

    @property
    def bound(self) -> float:
        """No run of these steps on these CPUs could be faster than this."""
        return max(self.chain_seconds, self.cpu_seconds / max(1, self.cpus))


def draw(document: Document) -> Timeline:
    """Return the timeline of a run; steps that never began are not on it."""
    ran = [step for step in document.steps if step.started_at is not None]
    chain = longest_chain(ran)
    bars = [_bar(step, document, step.id in chain) for step in ran]
    return Timeline(
        bars=tuple(sorted(bars, key=lambda bar: (bar.start, bar.step))),
        wall=document.duration_s,
        chain=chain,
        chain_seconds=sum(step.duration_s for step in ran if step.id in chain),
        cpu_seconds=sum(step.cpu_s for step in document.steps),
        cpus=document.platform.cpus or 1,
    )


def longest_chain(steps: Iterable[StepEntry]) -> tuple[str, ...]:
    """Return the chain of dependent steps that took longest, first to last (the critical path)."""
    best: dict[str, tuple[float, tuple[str, ...]]] = {}
    for step in sorted(steps, key=_began):
        before = max((best[name] for name in step.after if name in best), default=(0.0, ()))
        best[step.id] = (before[0] + step.duration_s, (*before[1], step.id))
    return max(best.values(), default=(0.0, ()))[1]


def busy(steps: Iterable[StepEntry]) -> float:
    """Return for how many seconds at least one of `steps` ran."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted((_began(step), _began(step) + step.duration_s) for step in steps if step.started_at):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _bar(step: StepEntry, document: Document, critical: bool) -> Bar:  # noqa: FBT001  # built by one caller only
    origin = datetime.fromisoformat(document.started_at).timestamp() if document.started_at else _began(step)
    return Bar(
        step=step.id,
        gate=step.gate,
        verdict=step.verdict,
        start=max(0.0, _began(step) - origin),
        seconds=step.duration_s,
        critical=critical,
        cached=step.cache.state == "hit",
    )


def _began(step: StepEntry) -> float:
    return datetime.fromisoformat(step.started_at).timestamp() if step.started_at else float("-inf")
