"""What a step produced: facts, counts of what was looked at, and how it came about. Never a judgement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from onward.model.finding import Finding
from onward.model.measure import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a verdict is what it is. `code` is for machines (see `model/reasons.py`), `text` for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """How many things a tool examined. `expected` is the least that counts as having looked.

    `expected=None` means at least one; `expected=0` means that nothing to look at is legitimate.
    """

    what: str
    count: int
    expected: int | None = None


class TestOutcome(StrEnum):
    """How one test ended."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCase:
    """One collected test: its pytest node id, how it ended, and every attempt when it was rerun."""

    __test__ = False

    node_id: str
    outcome: TestOutcome
    duration_s: float
    attempts: tuple[TestOutcome, ...] = ()
    reason: str = ""
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A fact that keeps the evidence from being believed (a file that did not parse, a test that did not collect)."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader returns: the facts in a tool's named outputs. Paths are relative to the project root."""

    looked_at: tuple[LookedAt, ...]
    findings: tuple[Finding, ...] = ()
    measures: tuple[Measure, ...] = ()
    tests: tuple[TestCase, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file kept with the run; `path` is relative to the run directory."""

    kind: str
    path: str
    media_type: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """Which program really ran: `source` is project, pypi, npm, path or go; `digest` pins its contents."""

    name: str
    version: str
    source: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUse:
    """Which service really ran (`ran`, for example "PostgreSQL 15.18") where `asked` was declared ("postgres:15")."""

    name: str
    asked: str
    ran: str
    provider: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One execution of a command: `outcome` is exit:N, signal:NAME, timeout, unstarted or interrupted."""

    outcome: str
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheUse:
    """Whether the evidence came from an earlier run: state is miss, hit or off."""

    state: str = "off"
    run: str | None = None


NO_CACHE = CacheUse()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that one step produced, sealed: redacted, with excerpts and enclosing symbols attached.

    `error` says that nobody knows (crash, signal, timeout, unreadable output, service did not start, …).
    `skipped` says that the step was not executed and why (a step it needs did not pass, excused by the plan).
    `started_at` is ISO 8601 in UTC; durations are seconds. `log_tail` holds the last lines of the step's log.
    """

    step: str
    gate: str
    started_at: str | None = None
    duration_s: float = 0.0
    error: Reason | None = None
    skipped: Reason | None = None
    attempts: tuple[Attempt, ...] = ()
    cache: CacheUse = NO_CACHE
    tools: tuple[ToolUse, ...] = ()
    services: tuple[ServiceUse, ...] = ()
    looked_at: tuple[LookedAt, ...] = ()
    findings: tuple[Finding, ...] = ()
    measures: tuple[Measure, ...] = ()
    tests: tuple[TestCase, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    cpu_s: float = 0.0
    log_tail: str = ""
