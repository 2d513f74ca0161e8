"""The executor: turns a plan into evidence, step by step, as wide as the CPU budget allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial

from onward.execute.advisories.source import AdvisorySource
from onward.execute.cleanup.orphans import MARKER, end_orphans_of_dead_runs, remove_scratch_of_dead_runs
from onward.execute.docker.images import Images
from onward.execute.process.group import end_processes_with_marker, ignore_signals, restore_signals
from onward.execute.process.processes import Processes
from onward.execute.provision.guests import Guests
from onward.execute.provision.node.packages import NodeEnvironments
from onward.execute.provision.python.environment import Environments
from onward.execute.provision.python.interpreters import Interpreters
from onward.execute.provision.tools.provider import ToolProvider, registry_environment
from onward.execute.resources.context import RunEnvironment, RunResources
from onward.execute.services.pool import ServicePool
from onward.execute.services.reaper import reap
from onward.execute.source.workspace import Workspaces
from onward.execute.step.environment import prepare
from onward.execute.step.run import StepRun, fed_from
from onward.execute.step.schedule import run_schedule
from onward.model.evidence import Evidence, Reason
from onward.model.pipeline import Profile
from onward.model.plan import Plan, Step

MayRun = Callable[[Step, Mapping[str, Evidence]], Reason | None]
Finished = Callable[[Step, Evidence], None]


class Executor:
    """Everything that a run needs from the machine, opened for one run and cleared away after it."""

    def __init__(self, resources: RunResources) -> None:
        self._resources = resources

    def execute(
        self, plan: Plan, may_run: MayRun, finished: Finished, *, expected: Mapping[str, float]
    ) -> Mapping[str, Evidence]:
        """Execute every step of `plan` and return evidence for each, also for those left out.

        `expected` are the seconds that steps took the last time; the longest way to the end begins first.
        """
        run = self._resources
        done: dict[str, Evidence] = {}

        def perform(step: Step, cpus: int) -> Evidence:
            fed = tuple(fed_from(step, done, run.site.folder))
            return StepRun(
                step, cpus, fed, site=run.site, processes=run.processes, prepare=partial(prepare, run)
            ).perform()

        def keep(step: Step, evidence: Evidence) -> None:
            done[step.id] = evidence
            finished(step, evidence)

        return run_schedule(
            plan.steps,
            plan.jobs,
            perform=perform,
            may_run=may_run,
            finished=keep,
            interrupt=run.processes.interrupt,
            expected=expected,
        )


@contextmanager
def open_executor(site: RunEnvironment, profile: Profile) -> Iterator[Executor]:
    """Open the executor for one run; what earlier runs left behind when they were killed is cleared away first.

    Clearing away is not interrupted: it takes moments, and whoever interrupts it would only leave things behind.
    """
    end_orphans_of_dead_runs()
    remove_scratch_of_dead_runs()
    reap(site.places)
    with ExitStack() as stack:
        stack.callback(restore_signals)
        stack.callback(end_processes_with_marker, f"{MARKER}={site.run}")
        resources = _opened(site, stack, strict_version=profile is Profile.CI)
        stack.callback(ignore_signals)
        yield Executor(resources)


def _opened(site: RunEnvironment, stack: ExitStack, *, strict_version: bool) -> RunResources:
    processes = stack.enter_context(Processes())
    registry = registry_environment(site.environ)
    interpreters = Interpreters(site.environ, site.places)
    environments = Environments(site.places, processes, registry, interpreters)
    stack.callback(environments.close)
    tool_provider = ToolProvider(site.places, processes, registry)
    stack.callback(tool_provider.close)
    nodes = NodeEnvironments(site.places, processes, registry, tool_provider)
    stack.callback(nodes.close)
    services = ServicePool(
        site.pipeline.services,
        places=site.places,
        run_dir=site.run,
        processes=processes,
        tool_provider=tool_provider,
        environ=site.environ,
        strict_version=strict_version,
    )
    return RunResources(
        site=site,
        processes=processes,
        workspaces=stack.enter_context(Workspaces(site.places.cache, site.project)),
        interpreters=interpreters,
        environments=environments,
        nodes=nodes,
        tools=tool_provider,
        guests=Guests(site.places),
        services=stack.enter_context(services),
        images=stack.enter_context(Images(site.places, site.run, site.environ)),
        advisories=stack.enter_context(AdvisorySource(site.places)),
    )
