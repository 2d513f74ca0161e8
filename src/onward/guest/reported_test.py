"""One test on its way from pytest's reports of phases to one line, and the words that reports hold."""

from __future__ import annotations

import os
import re
from typing import Any

Report = Any  # pytest's, in any of its versions
LONGEST_MESSAGE = 600
CWD = os.path.realpath(os.getcwd())


def relative(path: object) -> str:
    """Return `path` relative to the folder that pytest was started in, unchanged when it lies outside."""
    full = os.path.realpath(os.path.join(CWD, str(path)))
    return os.path.relpath(full, CWD).replace(os.sep, "/") if full.startswith(CWD + os.sep) else str(path)


class Test:
    """One test on its way from reports of phases to one outcome."""

    __test__ = False

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        self.attempts: list[str] = []
        self.called = False
        self.now = ""
        self.reason = ""
        self.message = ""
        self.duration = 0.0
        self.path: str | None = None
        self.line_number: int | None = None

    def add(self, report: Report, rootdir: object) -> None:
        """Take one phase into account; `rerun` ends an attempt, a teardown ends the last one."""
        self.duration += getattr(report, "duration", 0.0)
        self.called = self.called or report.when == "call"
        if self.path is None:
            file, line, _ = report.location
            self.path = relative(os.path.join(str(rootdir), str(file)))
            self.line_number = None if line is None else line + 1
        outcome = outcome_of(report)
        if outcome in ("failed", "error"):
            self.message = short_message(report)
            self.line_number = crash_line(report, self.path) or self.line_number
        if outcome in ("skipped", "xfailed"):
            self.reason = skip_reason(report)
        self.now = worse(self.now, outcome)
        if report.outcome == "rerun":
            self.attempts.append(self.now)
            self.now = ""

    def was_executed(self) -> bool:
        """Return whether the test itself ran, or something said why not: setting it up alone shows nothing."""
        return self.called or bool(self.attempts) or self.now != "passed"

    def line(self) -> dict[str, object]:
        """Return the test as a line of the report."""
        attempts = [*self.attempts, self.now] if self.now else self.attempts
        outcome = attempts[-1] if attempts else "error"
        return {
            "kind": "test", "id": self.node_id, "outcome": outcome, "duration_s": round(self.duration, 6),
            "attempts": attempts, "reason": self.reason, "path": self.path, "line": self.line_number,
            "message": self.message if outcome in ("failed", "error") else "",
        }  # fmt: skip


ORDER = ("", "passed", "xpassed", "xfailed", "skipped", "failed", "error")


def worse(one: str, other: str) -> str:
    """Return the outcome that counts when phases differ."""
    return max(one, other, key=ORDER.index)


def outcome_of(report: Report) -> str:
    """Return what one phase says: a failure outside of the call is an error, expected failures are their own kind."""
    if report.outcome in ("failed", "rerun"):
        return "failed" if report.when == "call" else "error"
    if report.outcome == "skipped":
        return "xfailed" if hasattr(report, "wasxfail") else "skipped"
    return "xpassed" if hasattr(report, "wasxfail") else "passed"


def short_message(report: Report) -> str:
    """Return the message of the exception, or the end of the text that pytest made of it."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(getattr(report, "longrepr", "") or report.outcome)
    lines = [line for line in text.strip().splitlines() if line.strip()]
    chosen = lines[:4] if crash is not None else lines[-4:]
    return "\n".join(chosen)[:LONGEST_MESSAGE]


def crash_line(report: Report, path: str | None) -> int | None:
    """Return the line that failed when it lies in the test's own file."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.lineno if crash is not None and relative(crash.path) == path else None


def skip_reason(report: Report) -> str:
    """Return why a test was skipped or expected to fail."""
    if hasattr(report, "wasxfail"):
        return str(report.wasxfail)
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return re.sub(r"^Skipped: ", "", text)[:LONGEST_MESSAGE]


def module_of(report: Report) -> str | None:
    """Return the file that a collector stands for."""
    path = report.nodeid.partition("::")[0]
    return path or None
