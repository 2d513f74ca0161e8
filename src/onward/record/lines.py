"""Events to lines of `events.jsonl` and back, typed both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from onward.errors import RecordError
from onward.model.event import (
    Event,
    GateJudged,
    Line,
    RunFailed,
    RunFinished,
    RunStarted,
    StepFinished,
    StepJudged,
    StepProgress,
    StepStarted,
)
from onward.model.evidence import Evidence
from onward.model.verdict import GateResult, RunResult, StepVerdict

VERSION = 1
TYPES: dict[str, type[Event]] = {
    "run.started": RunStarted,
    "step.started": StepStarted,
    "step.progress": StepProgress,
    "step.finished": StepFinished,
    "step.judged": StepJudged,
    "gate.judged": GateJudged,
    "run.failed": RunFailed,
    "run.finished": RunFinished,
}
_NAMES = {kind: name for name, kind in TYPES.items()}
_NEWER = "this run was recorded by a newer onward; update onward to read it"


def type_of(event: Event) -> str:
    """Return the name that `event` has in `events.jsonl`, for example "step.finished"."""
    return _NAMES[type(event)]


def step_of(event: Event) -> str | None:
    """Return the step that `event` is about, None for those of the run and its gates."""
    return None if isinstance(event, (RunStarted, GateJudged, RunFailed, RunFinished)) else event.step


def encode(line: dict[str, object]) -> bytes:
    r"""Return `line` as one line of JSON; what is not Unicode (odd file names) becomes `\udcNN`."""
    try:
        return msgspec.json.encode(line) + b"\n"
    except UnicodeEncodeError:
        return msgspec.json.encode(_valid(msgspec.to_builtins(line))) + b"\n"


def sound(event: Event) -> Event:
    """Return `event` with nothing in it that is not Unicode (see `encode`)."""
    try:
        msgspec.json.encode(event)
    except UnicodeEncodeError:
        return msgspec.convert(_valid(msgspec.to_builtins(event)), type(event))
    return event


def decode(line: Line) -> Event:
    """Return the typed event of `line`; RecordError when it is not one that this version writes."""
    kind = TYPES.get(line.type)
    if kind is None:
        raise RecordError(f"unknown event {line.type!r}", where=f"{line.run} event {line.seq}", hint=_NEWER)
    try:
        return msgspec.convert(line.data, kind)
    except msgspec.ValidationError as error:
        raise RecordError(f"{line.type} is malformed: {error}", where=f"{line.run} event {line.seq}") from error


def fields(event: Event) -> dict[str, object]:
    """Return the fields of `event` by name, their values untouched."""
    return {name: getattr(event, name) for name in event.__slots__}


def parse_one(row: bytes) -> Line | None:
    """Return the line in `row`, None when it is torn or not one."""
    try:
        return _LINES.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def parse(data: bytes, where: str) -> tuple[Line, ...]:
    """Return the lines of an `events.jsonl`; a torn last line is left out, any other damage is a RecordError."""
    rows = data.split(b"\n")
    lines: list[Line] = []
    for number, row in enumerate(rows, start=1):
        try:
            line = _LINES.decode(row)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if number == len(rows):
                break
            raise RecordError(f"the record is damaged: {error}", where=f"{where}:{number}") from error
        _check(line, number, where)
        lines.append(line)
    return tuple(lines)


def _check(line: Line, number: int, where: str) -> None:
    if line.v > VERSION:
        raise RecordError(f"unknown version {line.v} of records", where=f"{where}:{number}", hint=_NEWER)
    if line.seq != number:
        raise RecordError(f"event {number} is missing (found {line.seq})", where=f"{where}:{number}")


def restore(lines: Sequence[Line]) -> tuple[Event, ...]:
    """Return the events of a run as they happened, with what a line left out because an earlier one has it."""
    memory = Memory()
    events = []
    for line in lines:
        event = memory.complete(decode(line), frozenset(line.data.get("as_recorded", ())))
        memory.add(event)
        events.append(event)
    return tuple(events)


class Memory:
    """What earlier events of a run said, so that later ones need not say it again: evidence and rulings weigh most."""

    def __init__(self) -> None:
        self._evidence: dict[str, Evidence] = {}
        self._steps: dict[str, StepVerdict] = {}
        self._gates: dict[str, GateResult] = {}

    def add(self, event: Event) -> None:
        """Remember `event`."""
        match event:
            case StepFinished():
                self._evidence[event.step] = event.evidence
            case StepJudged():
                self._steps[event.step] = event.verdict
            case GateJudged():
                self._gates[event.gate] = event.verdict
            case _:
                return

    def shorten(self, event: Event) -> tuple[Event, tuple[str, ...]]:
        """Return `event` without what was said before, and the names of the parts that were left out."""
        match event:
            case StepJudged() if event.verdict.evidence == self._evidence.get(event.step):
                return replace(event, verdict=_bare_step(event.verdict)), ("evidence",)
            case RunFinished():
                return self._shorten_judgement(event)
            case _:
                return event, ()

    def complete(self, event: Event, skipped: frozenset[str]) -> Event:
        """Return `event` as it was before `shorten` left out the parts named `skipped`."""
        match event:
            case StepJudged() if "evidence" in skipped:
                return replace(event, verdict=replace(event.verdict, evidence=self._evidence[event.step]))
            case RunFinished():
                return replace(event, judgement=self._complete_judgement(event.judgement, skipped))
            case _:
                return event

    def _shorten_judgement(self, event: RunFinished) -> tuple[RunFinished, tuple[str, ...]]:
        judgement = event.judgement
        gates = {gate.gate for gate in judgement.gates if self._gates.get(gate.gate) == gate}
        steps = {step.evidence.step for step in judgement.steps if self._steps.get(step.evidence.step) == step}
        short = replace(
            judgement,
            gates=tuple(_bare_gate(gate) if gate.gate in gates else gate for gate in judgement.gates),
            steps=tuple(_bare_step(step) if step.evidence.step in steps else step for step in judgement.steps),
        )
        skipped = [f"gate:{gate}" for gate in gates] + [f"step:{step}" for step in steps]
        return replace(event, judgement=short), tuple(sorted(skipped))

    def _complete_judgement(self, judgement: RunResult, skipped: frozenset[str]) -> RunResult:
        return replace(
            judgement,
            gates=tuple(self._gates[gate.gate] if f"gate:{gate.gate}" in skipped else gate for gate in judgement.gates),
            steps=tuple(
                self._steps[step.evidence.step] if f"step:{step.evidence.step}" in skipped else step
                for step in judgement.steps
            ),
        )


def _bare_step(verdict: StepVerdict) -> StepVerdict:
    return replace(verdict, evidence=Evidence(step=verdict.evidence.step, gate=verdict.evidence.gate))


def _bare_gate(verdict: GateResult) -> GateResult:
    return GateResult(gate=verdict.gate, verdict=verdict.verdict, reason=verdict.reason)


def _valid(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_valid(key): _valid(item) for key, item in value.items()}
    return [_valid(item) for item in value] if isinstance(value, (list, tuple)) else value


_LINES = msgspec.json.Decoder(Line)
