"""The ordered graph of what will run, and what the machine has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from onward.model.evidence import Reason
from onward.model.gate import Applies, Check, CheckContext, Command, Gate
from onward.model.need import Availability, Need
from onward.model.pipeline import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was probed before planning: CPUs, and for each need whether it is met."""

    system: str
    machine: str
    cpus: int
    needs: Mapping[Need, Availability] = field(default_factory=lambda: MappingProxyType({}))

    def has(self, need: Need) -> Availability:
        """Return the availability of `need`; what was never probed is absent."""
        return self.needs.get(need, Availability(present=False, detail=f"{need} was not probed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One check of a gate in a project, whatever machine it will run on; workflows are compiled from these.

    `pythons` are the interpreters of the matrix under which it runs, none where it needs none; for `Matrix.HIGHEST` they
    stand in order of preference, and it runs under the first that a machine has. `needs` are the project's, without the
    interpreter. `skip_reason` says why it is left out: its gate is, or its profile is another one, or it does not apply.
    """

    gate: Gate
    check: Check
    context: CheckContext
    applies: Applies
    pythons: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    skip_reason: Reason | None = None

    @property
    def id(self) -> str:
        """Gate and check."""
        return f"{self.gate.id}/{self.check.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One check under one matrix value.

    `after` are steps that must have passed; `feeds` are steps whose artifacts become {inputs}. `why` says why the check
    concerns the project. `skip_reason` says why the step is not executed; `required`, that the lack of a need does not
    excuse it.
    """

    id: str
    gate: str
    check: Check
    context: CheckContext
    commands: tuple[Command, ...]
    timeout_s: float
    after: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    why: str = ""
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
