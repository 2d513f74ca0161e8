"""Events to lines of `events.jsonl` and back, typed both ways."""

from __future__ import annotations

import msgspec

from onward.errors import RecordError, RecordVersionError
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

VERSION = 2
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
_NEWER = "a newer onward recorded this run; upgrade onward to read it"


def type_of(event: Event) -> str:
    """Return the name that `event` has in `events.jsonl`, for example "step.finished"."""
    return _NAMES[type(event)]


def step_of(event: Event) -> str | None:
    """Return the step that `event` is about, None for those of the run and its gates."""
    match event:
        case StepJudged():
            return event.result.step
        case RunStarted() | GateJudged() | RunFailed() | RunFinished():
            return None
        case _:
            return event.step


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


def parse_one(row: bytes) -> Line | None:
    """Return the line in `row`, None when it is torn, not one, or of another version."""
    try:
        line = _LINES.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return line if line.v == VERSION else None


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
            raise RecordError(f"the run record is damaged: {error}", where=f"{where}:{number}") from error
        _check(line, number, where)
        lines.append(line)
    return tuple(lines)


def _check(line: Line, number: int, where: str) -> None:
    if line.v != VERSION:
        message = f"the run was recorded in version {line.v} of the format, this onward reads version {VERSION}"
        hint = _NEWER if line.v > VERSION else "run it again: `onward run`"
        raise RecordVersionError(message, where=f"{where}:{number}", hint=hint)
    if line.seq != number:
        raise RecordError(f"event {number} is missing (found {line.seq})", where=f"{where}:{number}")


def _valid(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_valid(key): _valid(item) for key, item in value.items()}
    return [_valid(item) for item in value] if isinstance(value, (list, tuple)) else value


_LINES = msgspec.json.Decoder(Line)
