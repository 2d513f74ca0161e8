"""The document of a run, key by key the public JSON contract, and the annex that reports may show beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from onward.model.evidence import Artifact, Attempt, CacheUse, LookedAt, Reason, TestCase, ToolUse
from onward.model.finding import Severity
from onward.model.measure import Better
from onward.model.policy import PolicySource
from onward.model.verdict import Status, Verdict

SCHEMA = 1
NOTHING: Mapping[str, Any] = MappingProxyType({})


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
    """A number beside its limit; `limit_from` is threshold, ratchet or None."""

    name: str
    scope: str
    value: float
    unit: str
    better: Better
    limit: float | None
    limit_from: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEntry:
    """A finding with its standing; what is not known is None. Paths are relative to the project."""

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
    waiver: str | None
    url: str | None
    fix: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEntry:
    """A gate judged over the merged evidence of its steps. `proof` is None until a drill has made one."""

    gate: str
    verdict: Verdict
    reason: Reason
    steps: tuple[str, ...]
    measures: tuple[MeasureEntry, ...] = ()
    findings: tuple[FindingEntry, ...] = ()
    proof: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntry:
    """A step as it was planned and what became of it.

    `started_at` is ISO 8601 in UTC, None when it never began. `notes` say what a reader of the result should know: how
    something was looked at, what was left out, what stood in for what.
    """

    id: str
    gate: str
    check: str
    matrix: MatrixEntry
    verdict: Verdict
    reason: Reason
    started_at: str | None
    duration_s: float
    attempts: tuple[Attempt, ...]
    cache: CacheUse
    tools: tuple[ToolUse, ...]
    services: tuple[ServiceEntry, ...]
    looked_at: tuple[LookedAt, ...]
    measures: tuple[MeasureEntry, ...]
    findings: tuple[FindingEntry, ...]
    notes: tuple[str, ...]
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole run. All keys are always present; what does not apply is None or empty.

    `policy` says whose policy and ledgers it was judged by.
    """

    schema: int = SCHEMA
    onward: str
    run: str | None
    prefix: str | None
    profile: str | None
    started_at: str | None
    duration_s: float
    verdict: Verdict
    exit_code: int
    policy: PolicySource = PolicySource.ANNOUNCED
    revision: RevisionEntry
    platform: PlatformEntry
    error: ErrorEntry | None
    gates: tuple[GateEntry, ...]
    steps: tuple[StepEntry, ...]


def error_document(onward: str, *, error: ErrorEntry, exit_code: int) -> Document:
    """Return the document of a command that ended before a run began; `onward` is the version."""
    return Document(
        onward=onward,
        run=None,
        prefix=None,
        profile=None,
        started_at=None,
        duration_s=0.0,
        verdict=Verdict.UNVERIFIED,
        exit_code=exit_code,
        revision=RevisionEntry(),
        platform=PlatformEntry(),
        error=error,
        gates=(),
        steps=(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """What reports may show and the contract does not hold; every part may be empty.

    By gate: `looked_at` (merged), `titles`, `guides` (texts of guide.md) and `tolerated`, the positions of new findings
    that policy lets pass.
    By step: `tests`, `after` and `cpu_s`. `folder` is the way to the run directory, with a trailing slash:
    absolute in texts, as seen from the report in HTML, empty when it is not known.
    """

    reason: Reason | None = None
    notes: tuple[str, ...] = ()
    tighten: tuple[str, ...] = ()
    jobs: int = 0
    looked_at: Mapping[str, tuple[LookedAt, ...]] = field(default_factory=lambda: NOTHING)
    titles: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    guides: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    tolerated: Mapping[str, frozenset[int]] = field(default_factory=lambda: NOTHING)
    tests: Mapping[str, tuple[TestCase, ...]] = field(default_factory=lambda: NOTHING)
    after: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    cpu_s: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    folder: str = ""


NO_ANNEX = Annex()
