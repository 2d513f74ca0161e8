"""What is worth a line while a run goes on."""

from __future__ import annotations

from onward.model.event import Event, GateJudged, RunFailed, RunStarted, StepFinished, StepJudged, StepStarted
from onward.model.evidence import Evidence
from onward.model.verdict import GateResult, StepResult, Verdict
from onward.report import text
from onward.report.style import TerminalStyle, colour_of


class Progress:
    """The lines of one run; it remembers the evidence of a step for the line on its verdict, which follows."""

    def __init__(self, style: TerminalStyle) -> None:
        self._style = style
        self._ended: dict[str, Evidence] = {}

    def lines(self, event: Event) -> tuple[str, ...]:
        """Return the lines that `event` deserves where there is no live view; most deserve none."""
        if isinstance(event, StepFinished):
            self._ended[event.step] = event.evidence
        match event:
            case RunStarted():
                return (_beginning(event),)
            case StepStarted():
                return (f"  {text.one_line(event.step, 80)} started",)
            case StepJudged():
                return self._finished(event.result, self._ended[event.result.step])
            case GateJudged():
                return (self._judged(event.result),)
            case RunFailed():
                return (f"the run ended early: {text.one_line(event.message)}",)
            case _:
                return ()

    def _finished(self, result: StepResult, evidence: Evidence) -> tuple[str, ...]:
        """Return the line for a step that has its verdict; one that was left out has the gate's line to say so."""
        if result.verdict is Verdict.NOT_RUN:
            return ()
        how = " from the cache" if evidence.cache.state == "hit" else ""
        head = self._head(result.verdict, text.one_line(result.step, 80))
        told = f"{head} in {text.duration(evidence.duration_s)}{how}"
        why = "" if result.verdict is Verdict.PASSED else f": {text.one_line(result.reason.text, 240)}"
        return (self._style.paint(told, colour_of(result.verdict)) + why,)

    def _judged(self, result: GateResult) -> str:
        head = self._head(result.verdict, f"gate {text.one_line(result.gate, 40)}:")
        return self._style.paint(head, colour_of(result.verdict)) + f", {text.one_line(result.reason.text, 240)}"

    def _head(self, verdict: Verdict, who: str) -> str:
        return f"{self._style.symbol(verdict)} {who} {text.WORDS[verdict]}"


def _beginning(event: RunStarted) -> str:
    runs = [step for step in event.steps if step.skip_reason is None]
    planned = f"{text.counted(len(runs), 'step')} of {text.counted(len(event.gates), 'gate')}"
    return f"onward {event.onward}: profile {event.profile}, {planned}, on {text.counted(event.jobs, 'CPU')}, run {event.run}"
