"""What happens during a run, in order; every report is a fold over these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from onward.model.evidence import Evidence, Reason
from onward.model.facts import Revision
from onward.model.ledger import Ledgers
from onward.model.policy import Policy
from onward.model.verdict import GateResult, StepResult, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step as the plan announced it; see `Step` and `Check`. `narrowed`: it looks at changed files alone."""

    id: str
    gate: str
    check: str
    python: str | None = None
    shard: str | None = None
    after: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    skip_reason: Reason | None = None
    required: bool = False
    narrowed: bool = False
    proves: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedGate:
    """A gate as the plan announced it; `skip_reason` is set when it will not run at all."""

    id: str
    title: str
    steps: tuple[str, ...] = ()
    skip_reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The first event: who, where, the whole plan, and the policy and ledgers that it is judged by."""

    run: str
    onward: str
    started_at: str
    root: str
    prefix: str
    profile: str
    revision: Revision
    system: str
    machine: str
    cpus: int
    jobs: int
    gates: tuple[PlannedGate, ...]
    steps: tuple[PlannedStep, ...]
    policy: Policy
    ledgers: Ledgers
    notes: tuple[str, ...] = ()

    def gate(self, gate_id: str) -> PlannedGate:
        """Return the planned gate with this id."""
        return next(gate for gate in self.gates if gate.id == gate_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step has begun: first making ready (`preparing`), then its commands."""

    step: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgress:
    """What a running step is doing now, for people who watch."""

    step: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished:
    """A step's sealed evidence."""

    step: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class StepJudged:
    """What a step shows on its own, as soon as it is known."""

    result: StepResult


@dataclass(frozen=True, slots=True, kw_only=True)
class GateJudged:
    """A gate's verdict over the merged evidence of its steps."""

    result: GateResult


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed:
    """The run ended by an error rather than by a judgement."""

    kind: str
    message: str
    where: str
    hint: str
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The last event: the verdict over all gates, how long the run took (seconds) and the exit code."""

    finished_at: str
    duration_s: float
    exit_code: int
    verdict: Verdict
    reason: Reason


Event = RunStarted | StepStarted | StepProgress | StepFinished | StepJudged | GateJudged | RunFailed | RunFinished


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An event as it stands in `events.jsonl`: version, sequence number, wall time (ISO 8601, UTC), monotonic seconds."""

    v: int
    seq: int
    at: str
    mono: float
    run: str
    step: str | None
    type: str
    data: dict[str, Any] = field(default_factory=dict)
