"""The workshop: turns a plan into evidence, step by step, as wide as the CPU budget allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pawl.execute.advisories.source import AdvisorySource
from pawl.execute.environment import Environments
from pawl.execute.interpreters import Interpreters
from pawl.execute.group import end_carriers
from pawl.execute.process import Processes
from pawl.execute.ready import Bench, Listen
from pawl.execute.schedule import run_schedule
from pawl.execute.seal import Redactor
from pawl.execute.services.pool import ServicePool
from pawl.execute.services.reaper import reap
from pawl.execute.step import StepRun, fed_from
from pawl.execute.strays import MARKER, end_strays_of_dead_runs
from pawl.execute.tools import Toolshop, registry_environment
from pawl.execute.workspace import Workspaces
from pawl.model.evidence import Evidence, Reason
from pawl.model.facts import Project
from pawl.model.pipeline import Pipeline, Profile
from pawl.model.places import Places
from pawl.model.plan import Plan, Step

MayRun = Callable[[Step, Mapping[str, Evidence]], Reason | None]
Finished = Callable[[Step, Evidence], None]


class Workshop:
    """Everything that a run needs from the machine, opened for one run and cleared away after it."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def execute(self, plan: Plan, may_run: MayRun, finished: Finished) -> Mapping[str, Evidence]:
        """Execute every step of `plan` and return evidence for each, also for those left out."""
        done: dict[str, Evidence] = {}

        def perform(step: Step, cpus: int) -> Evidence:
            fed = tuple(fed_from(step, done, self._bench.folder))
            return StepRun(step, cpus, self._bench, fed).perform()

        def keep(step: Step, evidence: Evidence) -> None:
            done[step.id] = evidence
            finished(step, evidence)

        return run_schedule(
            plan.steps,
            plan.jobs,
            perform=perform,
            may_run=may_run,
            finished=keep,
            interrupt=self._bench.processes.interrupt,
        )


@contextmanager
def open_workshop(
    project: Project,
    pipeline: Pipeline,
    *,
    places: Places,
    run: Path,
    folder: Callable[[str], Path],
    environ: Mapping[str, str],
    profile: Profile,
    listen: Listen,
) -> Iterator[Workshop]:
    """Open the workshop for one run; what earlier runs left behind when they were killed is cleared away first."""
    end_strays_of_dead_runs()
    reap(places)
    with ExitStack() as stack:
        stack.callback(end_carriers, f"{MARKER}={run}")
        processes = stack.enter_context(Processes())
        registry = registry_environment(environ)
        interpreters = Interpreters(environ, places)
        environments = Environments(places, processes, registry, interpreters)
        stack.callback(environments.close)
        toolshop = Toolshop(places, processes, registry)
        stack.callback(toolshop.close)
        services = stack.enter_context(
            ServicePool(
                pipeline.services,
                places=places,
                run_dir=run,
                processes=processes,
                toolshop=toolshop,
                environ=environ,
                strict_version=profile is Profile.CI,
            )
        )
        yield Workshop(
            Bench(
                run=run,
                project=project,
                pipeline=pipeline,
                environ=environ,
                processes=processes,
                workspaces=stack.enter_context(Workspaces(places.cache, project)),
                environments=environments,
                interpreters=interpreters,
                toolshop=toolshop,
                services=services,
                advisories=stack.enter_context(AdvisorySource(places)),
                redactor=Redactor(_secret_values(pipeline)),
                folder=folder,
                listen=listen,
            )
        )


_SECRET_WORDS = ("SECRET", "TOKEN", "PASSWORD", "PRIVATE", "API_KEY", "DSN")


def _secret_values(pipeline: Pipeline) -> tuple[str, ...]:
    return tuple(value for name, value in pipeline.environment if any(word in name.upper() for word in _SECRET_WORDS))
