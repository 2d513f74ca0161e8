"""What is concluded from evidence: verdicts of steps, gates and the run, and the standing of each finding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from onward.model.evidence import Evidence, LookedAt, Reason
from onward.model.finding import Finding
from onward.model.measure import Measure


class Verdict(StrEnum):
    """The four answers a gate can give (DESIGN: verdicts)."""

    PASSED = "passed"
    FAILED = "failed"
    UNVERIFIED = "unverified"
    NOT_RUN = "not_run"


class Status(StrEnum):
    """A finding's standing: only `new` fails a gate."""

    NEW = "new"
    KNOWN = "known"
    WAIVED = "waived"
    QUARANTINED = "quarantined"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A finding together with its standing. `blocks` is False for what policy lets pass although it is new."""

    finding: Finding
    fingerprint: str
    status: Status
    blocks: bool
    waiver: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMeasure:
    """A measure beside the limit it was held against; `limit_from` is threshold, ratchet or empty."""

    measure: Measure
    limit: float | None = None
    limit_from: str = ""
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StepVerdict:
    """One step's evidence and what it shows on its own."""

    evidence: Evidence
    verdict: Verdict
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """The one judgement of a gate over the merged evidence of its steps."""

    gate: str
    verdict: Verdict
    reason: Reason
    steps: tuple[str, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    measures: tuple[JudgedMeasure, ...] = ()
    looked_at: tuple[LookedAt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The whole run judged."""

    verdict: Verdict
    reason: Reason
    gates: tuple[GateResult, ...]
    steps: tuple[StepVerdict, ...]
    tighten: tuple[str, ...] = ()
