"""The document of a run, key by key the public JSON contract: all that reports, and whoever reads them, know of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from onward.model.evidence import Artifact, Attempt, CacheUse, LookedAt, Reason, TestCase, ToolUse
from onward.model.finding import Severity
from onward.model.measure import Better
from onward.model.policy import PolicySource
from onward.model.verdict import Status, Verdict

SCHEMA: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEntry:
    """Why there is no full judgement: `kind` is the error's, `unfinished`, `interrupted` or `bug`."""

    kind: str
    message: str
    where: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionEntry:
    """Where the work tree stood; all None when no run began."""

    head: str | None = None
    base: str | None = None
    branch: str | None = None
    tree: str | None = None
    dirty: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformEntry:
    """The machine; all None when no run began."""

    system: str | None = None
    machine: str | None = None
    cpus: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixEntry:
    """The matrix value of a step; None where the step has no such axis."""

    python: str | None
    shard: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEntry:
    """Which service really ran, beside what was asked for."""

    name: str
    asked: str
    ran: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureEntry:
    """A number beside its limit; `limit_from` is threshold, ratchet or None. `holds` is None where it is held against nothing."""

    name: str
    scope: str
    value: float
    unit: str
    better: Better
    limit: float | None
    limit_from: str | None
    holds: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEntry:
    """A finding with its standing; what is not known is None. Paths are relative to the project.

    `blocks` says that it fails its gate; of one that no gate has ruled on it is False.
    """

    rule: str
    tool: str
    message: str
    severity: Severity
    subject: str | None
    path: str | None
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    commit: str | None
    fingerprint: str
    status: Status
    blocks: bool
    waiver: str | None
    url: str | None
    fix: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEntry:
    """A gate judged over the merged evidence of its steps: `looked_at` adds up what they looked at.

    `proof` is None until a drill has made one.
    """

    gate: str
    title: str
    verdict: Verdict
    reason: Reason
    steps: tuple[str, ...] = ()
    looked_at: tuple[LookedAt, ...] = ()
    measures: tuple[MeasureEntry, ...] = ()
    findings: tuple[FindingEntry, ...] = ()
    proof: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntry:
    """A step as it was planned and what became of it.

    `after` are the steps that it waited for. `started_at` is ISO 8601 in UTC, None when it never began; `cpu_s` are the
    CPU seconds of its commands. `notes` say what a reader of the result should know: how something was looked at, what was
    left out, what stood in for what. `log_tail` holds the last lines of its log, redacted.
    """

    id: str
    gate: str
    check: str
    matrix: MatrixEntry
    after: tuple[str, ...]
    verdict: Verdict
    reason: Reason
    started_at: str | None
    duration_s: float
    cpu_s: float
    attempts: tuple[Attempt, ...]
    cache: CacheUse
    tools: tuple[ToolUse, ...]
    services: tuple[ServiceEntry, ...]
    looked_at: tuple[LookedAt, ...]
    measures: tuple[MeasureEntry, ...]
    findings: tuple[FindingEntry, ...]
    tests: tuple[TestCase, ...]
    notes: tuple[str, ...]
    log_tail: str
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole run. All keys are always present; what does not apply is None or empty.

    `policy` says whose policy and ledgers it was judged by; `jobs` how many CPUs its steps were given. `notes` say what the
    plan left out or narrowed, `tighten` what the ledgers may hold closer.
    """

    schema: Literal[2] = SCHEMA
    onward: str
    run: str | None = None
    prefix: str | None = None
    profile: str | None = None
    started_at: str | None = None
    duration_s: float = 0.0
    verdict: Verdict
    reason: Reason
    exit_code: int
    policy: PolicySource = PolicySource.ANNOUNCED
    jobs: int | None = None
    notes: tuple[str, ...] = ()
    tighten: tuple[str, ...] = ()
    revision: RevisionEntry = RevisionEntry()
    platform: PlatformEntry = PlatformEntry()
    error: ErrorEntry | None = None
    gates: tuple[GateEntry, ...] = ()
    steps: tuple[StepEntry, ...] = ()


def error_document(onward: str, *, error: ErrorEntry, exit_code: int) -> Document:
    """Return the document of a command that ended before a run began; `onward` is the version."""
    reason = Reason(code=error.kind, text=error.message)
    return Document(onward=onward, verdict=Verdict.UNVERIFIED, reason=reason, exit_code=exit_code, error=error)
