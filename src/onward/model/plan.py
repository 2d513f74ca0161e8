"""The ordered graph of what will run, and what the machine has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from onward.model.evidence import Reason
from onward.model.gate import Check, CheckContext, Command, Gate, Need
from onward.model.pipeline import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a need is met here: `detail` says by what, or what is missing; `hint` how to get it and what it costs."""

    present: bool
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was probed before planning: CPUs, and for each need whether it is met."""

    system: str
    machine: str
    cpus: int
    needs: Mapping[str, Availability] = field(default_factory=lambda: MappingProxyType({}))

    def has(self, need: Need) -> Availability:
        """Return the availability of `need`; what was never probed is absent."""
        return self.needs.get(str(need), Availability(present=False, detail=f"{need} was not probed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One check under one matrix value.

    `after` are steps that must have passed; `feeds` are steps whose artifacts become {inputs}.
    `skip_reason` says why the step is not executed; `required`, that the lack of a need does not excuse it.
    """

    id: str
    gate: str
    check: Check
    context: CheckContext
    commands: tuple[Command, ...]
    timeout_s: float
    after: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    skip_reason: Reason | None = None
    required: bool = False

    @property
    def runs(self) -> bool:
        """Return whether the step is to be executed."""
        return self.skip_reason is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A gate in this run: its steps in order, or the reason why none of it is run."""

    gate: Gate
    steps: tuple[str, ...] = ()
    skip_reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that will run, in an order in which every step comes after what it needs."""

    profile: Profile
    jobs: int
    machine: Machine
    selections: tuple[Selection, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    def step(self, step_id: str) -> Step:
        """Return the step with this id."""
        return next(step for step in self.steps if step.id == step_id)
