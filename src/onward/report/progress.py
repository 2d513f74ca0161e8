"""What is worth a line while a run goes on (pure)."""

from __future__ import annotations

from onward.model.event import Event, GateJudged, RunFailed, RunStarted, StepJudged, StepStarted
from onward.model.verdict import Verdict
from onward.report import text
from onward.report.style import TerminalStyle, colour_of


def lines(event: Event, paper: TerminalStyle) -> tuple[str, ...]:
    """Return the lines that `event` deserves where there is no live view; most deserve none."""
    match event:
        case RunStarted():
            return (_beginning(event),)
        case StepStarted():
            return (f"  {text.one_line(event.step, 80)} started",)
        case StepJudged():
            return finished(event, paper)
        case GateJudged():
            return judged(event, paper)
        case RunFailed():
            return (f"the run ended early: {text.one_line(event.message)}",)
        case _:
            return ()


def finished(event: StepJudged, paper: TerminalStyle) -> tuple[str, ...]:
    """Return the line for a step that has its verdict; one that was left out has the gate's line to say so."""
    verdict = event.verdict.verdict
    if verdict is Verdict.NOT_RUN:
        return ()
    evidence = event.verdict.evidence
    how = " from the cache" if evidence.cache.state == "hit" else ""
    head = f"{paper.mark(verdict)} {text.one_line(event.step, 80)} {text.WORDS[verdict]}"
    told = f"{head} in {text.duration(evidence.duration_s)}{how}"
    why = "" if verdict is Verdict.PASSED else f": {text.one_line(event.verdict.reason.text, 240)}"
    return (paper.paint(told, colour_of(verdict)) + why,)


def judged(event: GateJudged, paper: TerminalStyle) -> tuple[str, ...]:
    """Return the line for a gate that has its verdict."""
    verdict = event.verdict.verdict
    head = f"{paper.mark(verdict)} gate {text.one_line(event.gate, 40)}: {text.WORDS[verdict]}"
    return (paper.paint(head, colour_of(verdict)) + f", {text.one_line(event.verdict.reason.text, 240)}",)


def _beginning(event: RunStarted) -> str:
    runs = [step for step in event.steps if step.skip_reason is None]
    planned = f"{text.counted(len(runs), 'step')} of {text.counted(len(event.gates), 'gate')}"
    return f"onward {event.onward}: profile {event.profile}, {planned}, on {text.counted(event.jobs, 'CPU')}, run {event.run}"
