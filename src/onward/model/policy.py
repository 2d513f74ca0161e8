"""What is demanded of evidence: plain values, which a record carries, so that it can be judged anywhere and at any time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from onward.model.finding import Severity
from onward.model.measure import Limit
from onward.model.pipeline import Waiver


class PolicySource(StrEnum):
    """Whose policy and ledgers a run was judged by: those announced with it, or those that its project has by now."""

    ANNOUNCED = "announced"
    PROJECT = "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """What one gate demands: findings from `block` up fail it; `ratchets` names measures that may only improve."""

    gate: str
    block: Severity
    limits: tuple[Limit, ...] = ()
    ratchets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What every gate demands, and the named exceptions."""

    gates: tuple[GatePolicy, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def of(self, gate: str) -> GatePolicy:
        """Return what `gate` demands; a policy speaks of every gate that it is asked about."""
        return next(demanded for demanded in self.gates if demanded.gate == gate)

    def completed(self, announced: Policy) -> Policy:
        """Return this policy together with what `announced` demands of gates that are unknown here."""
        known = {demanded.gate for demanded in self.gates}
        return replace(self, gates=(*self.gates, *(gate for gate in announced.gates if gate.gate not in known)))
