"""What the events of a run say, gathered by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from onward.errors import RecordError
from onward.model.event import (
    Event,
    GateJudged,
    RunFailed,
    RunFinished,
    RunStarted,
    StepFinished,
    StepJudged,
    StepProgress,
    StepStarted,
)
from onward.model.evidence import Evidence, Reason
from onward.model.verdict import GateResult, StepResult
from onward.record.lines import sound

UNFINISHED = Reason(code="unfinished", text="the run ended before onward judged this")
UNREPORTED = Reason(code="unreported", text="planned but not judged; a run must report on everything it planned")


@dataclass(slots=True)
class Story:
    """What the events said, by name."""

    started: RunStarted
    begun: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    steps: dict[str, StepResult] = field(default_factory=dict)
    gates: dict[str, GateResult] = field(default_factory=dict)
    failed: RunFailed | None = None
    finished: RunFinished | None = None

    @property
    def missing(self) -> Reason:
        """Why something planned has no verdict."""
        return UNFINISHED if self.finished is None else UNREPORTED


def gather(events: Iterable[Event]) -> Story:
    """Return what `events` say; RecordError when they have no beginning."""
    story: Story | None = None
    for event in map(sound, events):
        if isinstance(event, RunStarted):
            story = Story(event)
        elif story is not None:
            _add(story, event)
    if story is None:
        raise RecordError("the run has no start event")
    return story


def _add(story: Story, event: Event) -> None:
    match event:
        case StepStarted():
            story.begun[event.step] = event.at
        case StepFinished():
            story.evidence[event.step] = event.evidence
        case StepJudged():
            story.steps[event.result.step] = event.result
        case GateJudged():
            story.gates[event.result.gate] = event.result
        case RunFailed():
            story.failed = event
        case RunFinished():
            story.finished = event
        case RunStarted() | StepProgress():
            return
