"""One run while it is being recorded: a held lock, one line an event, and a folder a step."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from onward.errors import RecordError
from onward.files import lock
from onward.files.journal import Journal
from onward.model.event import Event
from onward.model.places import RUN_LOCK
from onward.record import lines

EVENTS = "events.jsonl"
# Who asks whether the run is alive has its lock for an instant, longer than that nobody can.
_PATIENCE_S = 10.0
_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_PLACE_HINT = "set ONWARD_STATE_DIR to a writable folder with free space"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Wall time in UTC and monotonic seconds."""

    wall: Callable[[], datetime] = _now
    mono: Callable[[], float] = time.monotonic


SYSTEM_CLOCK = Clock()


class RunFolder:
    """One run while it is being recorded; the only writer of its events. `append` may be called from any thread."""

    def __init__(self, path: Path, *, clock: Clock) -> None:
        self.path = path
        self.run = path.name
        self._clock = clock
        self._guard = threading.Lock()
        self._seq = 0
        with _writing(path):
            path.mkdir(parents=True)
            held = lock.wait(path / RUN_LOCK, purpose="recording this run", within_s=_PATIENCE_S)
            if held is None:
                raise RecordError("somebody else holds the lock of a new run", where=str(path))
            self._lock = held
            self._events = Journal(path / EVENTS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def folder(self, step_id: str) -> Path:
        """Return the folder of a step's outputs, made when it is not there; the same for the same step id."""
        folder = self.path / "steps" / safe_name(step_id)
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def append(self, event: Event) -> None:
        """Write one line, whole or not at all: after a failed write every later one is refused (RecordError)."""
        with self._guard:
            if self._events.closed:
                raise RecordError(
                    "the run record is incomplete after an earlier write error", where=str(self.path), hint=_PLACE_HINT
                )
            with _writing(self.path / EVENTS):
                self._events.append(lines.encode(self._line(event)))
            self._seq += 1

    def close(self) -> None:
        """Let go of the run; calling it twice is harmless."""
        with self._guard:
            self._events.close()
            self._lock.close()

    def _line(self, event: Event) -> dict[str, object]:
        return {
            "v": lines.VERSION,
            "seq": self._seq + 1,
            "at": self._clock.wall().isoformat(timespec="milliseconds"),
            "mono": round(self._clock.mono(), 6),
            "run": self.run,
            "step": lines.step_of(event),
            "type": lines.type_of(event),
            "data": event,
        }


def safe_name(step_id: str) -> str:
    """Return a folder name for any step id: short, portable, and different for different ids."""
    plain = _UNSAFE.sub("-", step_id.lower()).strip("-.")[:60]
    if plain and plain == step_id:
        return plain
    return f"{plain}-{hashlib.sha256(step_id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}".lstrip("-")


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot write the run record: {error.strerror}"
        raise RecordError(message, where=str(place), hint=_PLACE_HINT) from error
