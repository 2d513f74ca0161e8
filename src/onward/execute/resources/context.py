"""What a resource looks with before anything is planned, and what it knows of a run and of a step that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onward.execute.provision.python.interpreters import Interpreters
from onward.model.event import StepProgress, StepStarted
from onward.model.facts import Project
from onward.model.need import Availability, Lease, Need
from onward.model.pipeline import Pipeline, ServiceSpec
from onward.model.places import Places
from onward.model.plan import Step

if TYPE_CHECKING:
    # planning asks whether resources can be had, and must not load what makes them
    from onward.execute.advisories.source import AdvisorySource
    from onward.execute.docker.images import Images
    from onward.execute.process.processes import Processes
    from onward.execute.provision.guests import Guests
    from onward.execute.provision.node.packages import NodeEnvironments
    from onward.execute.provision.python.environment import Environment, Environments
    from onward.execute.provision.tools.provider import ToolProvider
    from onward.execute.services.pool import Leased, ServicePool
    from onward.execute.source.workspace import Workspaces

Listen = Callable[[StepStarted | StepProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeContext:
    """What is looked with. `offline` declares that no data service is to be asked; `services` are the declared ones."""

    environ: Mapping[str, str]
    places: Places
    interpreters: Interpreters
    offline: bool = False
    services: tuple[ServiceSpec, ...] = ()


def made_when_asked(_: Need, __: ProbeContext) -> Availability:
    """Answer for what is made when a step asks for it: only then is found out whether it can be."""
    return Availability(present=True, detail="")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnvironment:
    """Where a run works: what is looked at, where things are kept, and who is told."""

    project: Project
    pipeline: Pipeline
    places: Places
    run: Path
    folder: Callable[[str], Path]
    environ: Mapping[str, str]
    listen: Listen


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResources:
    """Everything that is opened once for a run and leased to its steps."""

    site: RunEnvironment
    processes: Processes
    workspaces: Workspaces
    interpreters: Interpreters
    environments: Environments
    nodes: NodeEnvironments
    tools: ToolProvider
    guests: Guests
    services: ServicePool
    images: Images
    advisories: AdvisorySource


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentLease(Lease):
    """The project's environment as well, for what is built on it."""

    environment: Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLease(Lease):
    """The services as well, for the application that uses them."""

    leased: tuple[Leased, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseContext:
    """A step, where it works, and the leases that it has so far. What must be ended after the step goes to `stack`."""

    run: RunResources
    step: Step
    cpus: int
    tree: Path
    scratch: Path
    stack: ExitStack
    held: tuple[Lease, ...]

    @property
    def variables(self) -> dict[str, str]:
        """The variables so far; later leases win."""
        return {name: value for lease in self.held for name, value in lease.variables.items()}

    @property
    def environment(self) -> Environment | None:
        """The project's environment, None where the step has none."""
        return next((entry.environment for entry in self.held if isinstance(entry, EnvironmentLease)), None)

    @property
    def leased(self) -> tuple[Leased, ...]:
        """The services."""
        return tuple(leased for entry in self.held if isinstance(entry, ServiceLease) for leased in entry.leased)

    def interpreter(self) -> Path | None:
        """Return the interpreter of the matrix under which the step runs, None where it needs none."""
        version = self.step.context.python
        found = self.run.interpreters.find(version) if version else None
        return found.path if found else None
