"""What is concluded from evidence: verdicts of steps, gates and the run, and the standing of each finding.

A conclusion names what it speaks of by step and position; what was found is said by the evidence alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from onward.model.evidence import Reason
from onward.model.finding import Finding

# A step, and a position among the findings or measures of its evidence.
FactPosition = tuple[str, int]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """How the finding at `index` of the evidence of `step` stands; an empty `step` means the gate's own findings.

    `also` are step and position of the same fault where its check sees it under other matrix values. `blocks` is False for
    what policy lets pass although it is new.
    """

    step: str
    index: int
    status: Status
    blocks: bool
    waiver: str | None = None
    also: tuple[FactPosition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMeasure:
    """The measure at `index` of the evidence of `step` beside the limit that it was held against.

    `limit_from` is threshold, ratchet or empty.
    """

    step: str
    index: int
    limit: float | None = None
    limit_from: str = ""
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What the evidence of one step shows on its own."""

    step: str
    verdict: Verdict
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """The one judgement of a gate over the merged evidence of its steps.

    `own_findings` are made by policy rather than by a tool (an expired waiver). `tighten` are lines on what the ledgers
    may hold closer.
    """

    gate: str
    verdict: Verdict
    reason: Reason
    rulings: tuple[Ruling, ...] = ()
    measures: tuple[JudgedMeasure, ...] = ()
    own_findings: tuple[Finding, ...] = ()
    tighten: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The whole run judged."""

    verdict: Verdict
    reason: Reason
    gates: tuple[GateResult, ...]
    steps: tuple[StepResult, ...]
