"""All recorded runs: `ONWARD_STATE_DIR/runs/RUN/` holds `events.jsonl`, a lock that says who is alive, and outputs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from onward.errors import RecordError
from onward.files import journal, lock
from onward.model.event import Event, Line
from onward.model.places import RUN_LOCK
from onward.record import lines
from onward.record.folder import EVENTS, SYSTEM_CLOCK, Clock, RunFolder

LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A recorded run in one line; `verdict` and `exit_code` are None when it has no end."""

    run: str
    root: str
    profile: str
    started_at: str
    alive: bool
    verdict: str | None
    exit_code: int | None


class Records:
    """All runs below one state directory."""

    def __init__(self, state: Path) -> None:
        self.runs = state / "runs"

    def begin(self, run_id: str, clock: Clock = SYSTEM_CLOCK) -> RunFolder:
        """Make and hold the directory of a new run; RecordError when it exists or cannot be written."""
        return RunFolder(self.runs / run_id, clock=clock)

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all recorded runs, newest first."""
        try:
            found = [entry.name for entry in os.scandir(self.runs) if (Path(entry) / EVENTS).is_file()]
        except FileNotFoundError:  # nothing was ever recorded
            return ()
        except OSError as error:
            raise RecordError(f"cannot read the run records: {error.strerror}", where=str(self.runs)) from error
        return tuple(sorted(found, reverse=True))

    def is_alive(self, run_id: str) -> bool:
        """Return whether some process still holds the run's lock."""
        return lock.is_held(self.runs / run_id / RUN_LOCK)

    def summaries(self, root: str | None = None, limit: int = 20) -> tuple[Summary, ...]:
        """Return the newest runs, of the project at `root` when given; runs without a readable beginning are left out."""
        found: list[Summary] = []
        for run_id in self.ids():
            summary = self._summary(run_id)
            if summary is not None and root in {None, summary.root}:
                found.append(summary)
            if len(found) == limit:
                break
        return tuple(found)

    def find(self, run: str, root: str | None = None) -> str:
        """Return the full id for an id, its unique beginning, or "latest" (of the project at `root` when given)."""
        if run == LATEST:
            newest = self.summaries(root, limit=1)
            if newest:
                return newest[0].run
            of = f" of {root}" if root else ""
            raise RecordError(f"no recorded run{of}", where=str(self.runs), hint="record one with `onward run`")
        known = self.ids()
        if run in known:
            return run
        matches = [run_id for run_id in known if run and run_id.startswith(run)]
        if len(matches) > 1:
            self._absent(f"{run!r} is the beginning of {len(matches)} runs")
        return matches[0] if matches else self._absent(f"no recorded run {run!r}")

    def durations(self, root: str) -> Mapping[str, float]:
        """Return the seconds that each step of the latest run of the project at `root` took, empty without a record."""
        try:
            found = self.read(LATEST, root)
        except RecordError:
            return {}
        ended = (line.data["evidence"] for line in found if line.type == "step.finished")
        return {evidence["step"]: evidence["duration_s"] for evidence in ended}

    def read(self, run: str = LATEST, root: str | None = None) -> tuple[Line, ...]:
        """Return the lines of a run (see `find`); a torn last line is left out, other damage is a RecordError."""
        run_id = self.find(run, root)
        path = self.runs / run_id / EVENTS
        found = lines.parse(self._bytes(path), str(path))
        if not found or found[0].type != "run.started":
            raise RecordError("the run has no start event", where=str(path), hint="onward was killed at start")
        return found

    def events(self, run: str = LATEST, root: str | None = None) -> tuple[Event, ...]:
        """Return the typed events of a run (see `read`)."""
        return tuple(lines.decode(line) for line in self.read(run, root))

    def _summary(self, run_id: str) -> Summary | None:
        first, last = _ends(self.runs / run_id / EVENTS)
        if first is None or first.type != "run.started":
            return None
        ended = last is not None and last.type in {"run.finished", "run.failed"}
        data = last.data if last is not None and ended else {}
        return Summary(
            run=run_id,
            root=first.data["root"],
            profile=first.data["profile"],
            started_at=first.data["started_at"],
            alive=self.is_alive(run_id),
            verdict=data.get("verdict", "unverified") if ended else None,
            exit_code=data.get("exit_code"),
        )

    def _bytes(self, path: Path) -> bytes:
        try:
            return journal.read(path)
        except OSError as error:
            raise RecordError(f"cannot read the run: {error.strerror}", where=str(path)) from error

    def _absent(self, message: str) -> NoReturn:
        newest = ", ".join(self.ids()[:5])
        hint = f"the newest runs are {newest}" if newest else "record one with `onward run`"
        raise RecordError(message, where=str(self.runs), hint=hint)


def _ends(path: Path) -> tuple[Line | None, Line | None]:
    try:
        first, last = journal.ends(path)
    except OSError:  # no beginning that can be read: `summaries` leaves it out
        return None, None
    return lines.parse_one(first), lines.parse_one(last)
