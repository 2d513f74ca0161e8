"""The story of a run on one screen: load, survey, plan, execute, judge, record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from onward import __version__, gates
from onward.config.definition import load
from onward.config.layers import Flags
from onward.detect.declarations import declared
from onward.detect.stack import detect
from onward.errors import AFTER_INTERRUPT, OnwardError, RecordError
from onward.execute.machine import probe
from onward.execute.source import repository
from onward.execute.source.trees import WorkTree
from onward.judge.run import Judge
from onward.model.event import Event, GateJudged, RunFailed, RunFinished, StepFinished, StepJudged
from onward.model.evidence import Evidence
from onward.model.facts import Project
from onward.model.gate import Gate
from onward.model.ledger import Ledgers
from onward.model.pipeline import Pipeline
from onward.model.places import Places
from onward.model.plan import Candidate, Plan, Step
from onward.model.policy import Policy
from onward.model.verdict import RunResult
from onward.plan import select
from onward.plan.announce import announce, policy_of
from onward.plan.build import build_plan
from onward.plan.candidates import candidates, needs
from onward.record.folder import RunFolder
from onward.record.ledger import load_ledgers
from onward.record.runs import Records

Listener = Callable[[Event], None]
ExitCode = Callable[[RunResult], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What is asked for: where, which gates, compared with what. `clock` gives the time in UTC."""

    start: Path
    flags: Flags
    environ: Mapping[str, str]
    places: Places
    clock: Callable[[], datetime]
    run_id: str
    named: tuple[str, ...] = ()
    changed: bool = False
    base: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """The project and its candidates, before anything is asked of a machine; `asked` is the request as planning has it."""

    pipeline: Pipeline
    project: Project
    gates: tuple[Gate, ...]
    candidates: tuple[Candidate, ...]
    asked: select.Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything known before the first step; `last_durations` are the seconds that each step took the last time."""

    pipeline: Pipeline
    project: Project
    policy: Policy
    ledgers: Ledgers
    plan: Plan
    last_durations: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A finished run: where it was recorded and what was concluded."""

    folder: Path
    judgement: RunResult
    exit_code: int


def consider(request: RunRequest) -> Considered:
    """Load the definition, look at the project, and find which checks concern it. Of programs only git is executed."""
    loaded = load(request.start, gates.ALL, environ=request.environ, flags=request.flags)
    pipeline = loaded.pipeline
    every_gate = gates.with_custom(pipeline)
    project = survey(loaded.root, pipeline, every_gate, request)
    asked = select.Request(
        profile=loaded.profile,
        named=request.named,
        changed=request.changed,
        jobs=loaded.jobs or probe.cpus(),
        offline=pipeline.offline,
    )
    found = candidates(every_gate, pipeline, project, request=asked)
    return Considered(pipeline=pipeline, project=project, gates=every_gate, candidates=found, asked=asked)


def prepare(request: RunRequest) -> Prepared:
    """Find the candidates, ask the machine for what they need, and plan. No code of the project is executed."""
    found = consider(request)
    pipeline, project = found.pipeline, found.project
    machine = probe.probe(
        needs(found.candidates), environ=request.environ, places=request.places, offline=pipeline.offline
    )
    return Prepared(
        pipeline=pipeline,
        project=project,
        policy=policy_of(found.gates, pipeline),
        ledgers=load_ledgers(project.root),
        plan=build_plan(found.candidates, project, machine, request=found.asked),
        last_durations=Records(request.places.state).durations(str(project.root)),
    )


def survey(root: Path, pipeline: Pipeline, every_gate: Iterable[Gate], request: RunRequest) -> Project:
    """Return the project at `root` with the facts that these gates ask for, as its own files show them."""
    project = repository.survey(
        root,
        base=request.base,
        environ=request.environ,
        include=pipeline.workspace_include,
        default_branch=pipeline.default_branch,
    )
    tree = WorkTree(project.root, project.files)
    asked = {key.name for gate in every_gate for key in gate.facts}
    return replace(project, facts=detect(tree, only=asked), declared=declared(tree))


def run_pipeline(request: RunRequest, listen: Listener, exit_code: ExitCode) -> Outcome:
    """Run the pipeline: every event is recorded and then told to `listen`. The record ends also where the run breaks."""
    began = request.clock()
    prepared = prepare(request)
    with Records(request.places.state).begin(request.run_id) as folder:
        tell = _teller(folder, listen)
        try:
            announced = announce(
                prepared.plan,
                prepared.project,
                prepared.policy,
                prepared.ledgers,
                run=request.run_id,
                version=__version__,
                started_at=began.isoformat(timespec="milliseconds"),
            )
            tell(announced)
            judge = Judge(announced, prepared.policy, prepared.ledgers, request.clock().date())
            judgement = judge.run(_execute(prepared, request, judge, folder=folder, tell=tell))
        except BaseException as error:
            _tell_the_end(folder, listen, _broken_off(error))
            raise
        code, now = exit_code(judgement), request.clock()
        tell(
            RunFinished(
                finished_at=now.isoformat(timespec="milliseconds"),
                duration_s=(now - began).total_seconds(),
                exit_code=code,
                verdict=judgement.verdict,
                reason=judgement.reason,
            )
        )
    return Outcome(folder=folder.path, judgement=judgement, exit_code=code)


def _teller(folder: RunFolder, listen: Listener) -> Listener:
    def tell(event: Event) -> None:
        folder.append(event)
        listen(event)

    return tell


def _tell_the_end(folder: RunFolder, listen: Listener, event: RunFailed) -> None:
    # Where the record itself broke, whoever listens must learn the reason all the same.
    with suppress(RecordError):
        folder.append(event)
    listen(event)


def _execute(
    prepared: Prepared, request: RunRequest, judge: Judge, *, folder: RunFolder, tell: Listener
) -> Mapping[str, Evidence]:
    from onward.execute.executor import open_executor  # noqa: PLC0415  # planning alone executes no step
    from onward.execute.resources.context import RunEnvironment  # noqa: PLC0415  # as above

    bulletin = _Bulletin(prepared.plan, judge, tell)
    site = RunEnvironment(
        project=prepared.project,
        pipeline=prepared.pipeline,
        places=request.places,
        run=folder.path,
        folder=folder.folder,
        environ=request.environ,
        listen=tell,
    )
    with open_executor(site, prepared.plan.profile) as executor:
        return executor.execute(
            prepared.plan,
            lambda step, evidence: judge.may_run(step.id, evidence),
            bulletin.step_finished,
            expected=prepared.last_durations,
        )


class _Bulletin:
    """Tells verdicts as soon as they are known: of each step, and of each gate with its last step."""

    def __init__(self, plan: Plan, judge: Judge, tell: Listener) -> None:
        self._plan = plan
        self._judge = judge
        self._tell = tell
        self._evidence: dict[str, Evidence] = {}

    def step_finished(self, step: Step, evidence: Evidence) -> None:
        self._evidence[step.id] = evidence
        self._tell(StepFinished(step=step.id, evidence=evidence))
        self._tell(StepJudged(result=self._judge.step(step.id, evidence)))
        selection = next(selection for selection in self._plan.selections if selection.gate.id == step.gate)
        if all(other in self._evidence for other in selection.steps):
            self._tell(GateJudged(result=self._judge.gate(step.gate, self._evidence)))


def _broken_off(error: BaseException) -> RunFailed:
    """Return the event that ends a record without a judgement."""
    match error:
        case OnwardError():
            return RunFailed(kind=error.kind, message=error.message, where=error.where, hint=error.hint, exit_code=3)
        case KeyboardInterrupt():
            return RunFailed(kind="interrupted", message="interrupted", where="", hint=AFTER_INTERRUPT, exit_code=130)
        case _:
            return RunFailed(kind="bug", message=f"{type(error).__name__}: {error}", where="", hint="", exit_code=4)
