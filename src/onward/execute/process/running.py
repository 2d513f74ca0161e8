"""One call of a program: what it gets, what it may do while it runs, and how it came to its end."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onward.execute.process import group

MIB = 1024 * 1024
# What a process that has used up its time may take to put its things in order.
_GRACE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One program to run: everything it gets, nothing inherited.

    Standard output goes to the file `stdout` (written anew) or, when that is None, like standard error to `log`
    (appended). Each may grow by `cap_bytes`. `user` names another system user, which only root may ask for.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    log: Path
    timeout_s: float = math.inf
    stdout: Path | None = None
    cap_bytes: int = 64 * MIB
    user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a call ended: `outcome` is exit:N, signal:NAME, timeout, unstarted, interrupted or too-large.

    `exit` is set for exit:N alone. `cpu_s` counts the process and the children it waited for. `text` says why a
    program could not be started.
    """

    outcome: str
    exit: int | None = None
    duration_s: float = 0.0
    cpu_s: float = 0.0
    text: str = ""


class Running:
    """A process group from its start until it is gone; used under the lock of its Processes."""

    def __init__(self, pid: int, call: Call, outputs: Mapping[Path, int]) -> None:
        self.pid = pid
        self.began = time.monotonic()
        self.deadline = self.began + call.timeout_s
        self.ended: Ended | None = None
        self._outputs = {path: size + call.cap_bytes for path, size in outputs.items()}
        self._cause = ""
        self._ending = False

    def end(self, cause: str, grace_s: float, code: int = group.TERM) -> None:
        """Ask the group to end, for `cause`; after `grace_s` seconds the watchdog kills it."""
        self._cause = self._cause or cause
        self._ending = True
        self.deadline = time.monotonic() + grace_s if grace_s > 0 else math.inf
        group.send(self.pid, code if grace_s > 0 else group.KILL)

    def look(self, now: float) -> None:
        """Enforce the deadline and the cap on output."""
        if now >= self.deadline:
            self.end("" if self._ending else "timeout", 0 if self._ending else _GRACE_S)
        elif self._oversized():
            self.end("too-large", 0)

    def reap(self) -> Ended:
        """Reap the exited leader, end the rest of its group and cut oversized output to its cap."""
        code, cpu_s = group.reap(self.pid)
        oversized = self._oversized()
        for path, limit in oversized:
            os.truncate(path, limit)
        outcome = self._cause or ("too-large" if oversized else _outcome(code))
        self.ended = Ended(
            outcome=outcome,
            exit=code if outcome.startswith("exit:") else None,
            duration_s=time.monotonic() - self.began,
            cpu_s=cpu_s,
        )
        return self.ended

    def _oversized(self) -> list[tuple[Path, int]]:
        return [(path, limit) for path, limit in self._outputs.items() if _size(path) > limit]


def _outcome(code: int) -> str:
    return f"exit:{code}" if code >= 0 else f"signal:{group.name(-code)}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        # The program removed its own output; what is missing is the reader's to report.
        return 0
