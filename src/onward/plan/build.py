"""Build the plan: every step of every gate, in order, or the reason why it is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from onward.model.evidence import Reason
from onward.model.facts import Project
from onward.model.gate import Check, CheckContext, Gate, Need
from onward.model.pipeline import GateSettings, Pipeline, Profile
from onward.model.plan import Machine, Plan, Selection, Step
from onward.plan import graph, select, stand_in
from onward.plan.select import Request


def build_plan(
    gates: Sequence[Gate], pipeline: Pipeline, project: Project, machine: Machine, *, request: Request
) -> Plan:
    """Return the plan for `request`; unknown gates are a UsageError, cycles a ConfigError."""
    named = select.checked_names(gates, request.named)
    asked = replace(request, named=named)
    drafted = {gate.id: _Draft(gate, pipeline, project, machine, asked) for gate in gates}
    chosen = select.with_feeders(gates, named, lambda gate, check: drafted[gate.id].concerns(check))
    drafts = [draft.selection(chosen) for draft in drafted.values()]
    steps = _linked([step for _, steps in drafts for step in steps], pipeline, gates)
    order = graph.ordered([step.id for step in steps], {step.id: (*step.after, *step.feeds) for step in steps})
    by_id = {step.id: step for step in steps}
    return Plan(
        profile=request.profile,
        jobs=request.jobs,
        machine=machine,
        selections=tuple(selection for selection, _ in drafts),
        steps=tuple(by_id[step_id] for step_id in order),
        notes=(
            *_notes(asked, named, chosen, project),
            *_elsewhere((drafted[gate] for gate in dict.fromkeys(step.gate for step in steps)), request),
            *stand_in.notes(steps),
        ),
    )


def needs(gates: Sequence[Gate], pipeline: Pipeline, project: Project, *, request: Request) -> tuple[Need, ...]:
    """Return what has to be known of the machine before `build_plan`: the needs of checks that `request` may plan."""
    nowhere = Machine(system="", machine="", cpus=0)
    drafted = {gate.id: _Draft(gate, pipeline, project, nowhere, request) for gate in gates}
    return select.all_needs(gates, pipeline, request, lambda gate, check: drafted[gate.id].needs(check))


class _Draft:
    """One gate on its way into the plan."""

    def __init__(self, gate: Gate, pipeline: Pipeline, project: Project, machine: Machine, request: Request) -> None:
        self._gate = gate
        self._pipeline = pipeline
        self._project = project
        self._machine = machine
        self._request = request
        self._settings: GateSettings = pipeline.settings(gate.id)

    def selection(self, chosen: frozenset[str]) -> tuple[Selection, list[Step]]:
        skip_reason = select.gate_skip_reason(self._gate, self._settings, self._request, chosen)
        if skip_reason is not None:
            return Selection(gate=self._gate, skip_reason=skip_reason), []
        whys: list[str] = []
        steps = stand_in.settled(
            [step for check in select.checks_of(self._gate, self._request) for step in self._steps(check, whys)]
        )
        if not steps:
            reason = Reason(code="does-not-apply", text="; ".join(dict.fromkeys(whys)) or "no check for this profile")
            return Selection(gate=self._gate, skip_reason=reason), []
        return Selection(gate=self._gate, steps=tuple(step.id for step in steps)), steps

    def concerns(self, check: Check) -> bool:
        """Return whether a check applies to this project, whatever interpreter it would run under."""
        return check.applies(self._context(check, None)).yes

    def elsewhere(self) -> list[str]:
        """Return the checks of this gate that concern the project and are left to profile ci, which has all."""
        here = {check.id for check in select.checks_of(self._gate, self._request)}
        wider = [check for check in self._gate.checks if check.id not in here and Profile.CI in check.profiles]
        left = [check for check in wider if self.concerns(check)]
        return [f"{self._gate.id}/{check.id}" for check in left]

    def needs(self, check: Check) -> tuple[Need, ...] | None:
        """Return what a check needs of the machine beside an interpreter, None when it does not concern this project."""
        return select.needs_of(check, self._context(check, None)) if self.concerns(check) else None

    @property
    def _demanded(self) -> bool:
        named = self._gate.id in self._request.named
        return named or self._settings.required or self._request.profile is Profile.CI

    def _steps(self, check: Check, whys: list[str]) -> Iterator[Step]:
        for python in select.pythons(check, self._pipeline, self._request, self._machine):
            context = self._context(check, python)
            applies = check.applies(context)
            if not applies.yes:
                whys.append(applies.why)
                return
            yield self._step(check, context)

    def _context(self, check: Check, python: str | None) -> CheckContext:
        narrowed = None
        if self._request.changed and check.narrows and self._project.changed is not None:
            there = set(self._project.files)
            narrowed = tuple(path for path in self._project.changed if path in there)
        return CheckContext(
            project=self._project,
            pipeline=self._pipeline,
            settings=self._settings,
            profile=self._request.profile,
            python=python,
            narrowed=narrowed,
            offline=self._request.offline,
        )

    def _step(self, check: Check, context: CheckContext) -> Step:
        skip_reason = select.missing_need(check, context, self._machine)
        if skip_reason is None and self._request.changed:
            skip_reason = select.unaffected(check, self._project)
        matrix = f"[{context.python}]" if context.python and len(self._pythons(check)) > 1 else ""
        return Step(
            id=f"{self._gate.id}/{check.id}{matrix}",
            gate=self._gate.id,
            check=check,
            context=context,
            commands=() if skip_reason else check.commands(context),
            timeout_s=self._settings.timeout_s,
            skip_reason=skip_reason,
            required=self._settings.required if check.optional else self._demanded,
        )

    def _pythons(self, check: Check) -> tuple[str | None, ...]:
        return select.pythons(check, self._pipeline, self._request, self._machine)


def _linked(steps: Sequence[Step], pipeline: Pipeline, gates: Sequence[Gate]) -> list[Step]:
    order = {gate.id: (*gate.after, *pipeline.settings(gate.id).after) for gate in gates}
    linked = [
        replace(
            step,
            after=tuple(other.id for other in steps if other.gate in order[step.gate] and other.id != step.id),
            feeds=tuple(other.id for other in steps if _feeds(other.check, step.check) and other.id != step.id),
        )
        for step in steps
    ]
    by_id = {step.id: step for step in linked}
    return [replace(step, after=tuple(_before(step, by_id))) for step in linked]


def _before(step: Step, by_id: Mapping[str, Step]) -> dict[str, None]:
    """Return what a step comes after; where that is excused, also what it would have come after itself."""
    found: dict[str, None] = {}
    waiting = list(step.after)
    while waiting:
        name = waiting.pop(0)
        if name not in found and name != step.id:
            found[name] = None
            waiting += by_id[name].after if by_id[name].skip_reason is not None else ()
    return found


def _feeds(giver: Check, taker: Check) -> bool:
    return any(keep.kind in taker.consumes for keep in giver.keeps)


def _elsewhere(planned: Iterable[_Draft], request: Request) -> Iterator[str]:
    names = [name for draft in planned for name in draft.elsewhere()]
    if names:
        yield f"not in profile {request.profile}: {', '.join(names)}"


def _notes(request: Request, named: Iterable[str], chosen: frozenset[str], project: Project) -> Iterator[str]:
    pulled = sorted(chosen - set(named))
    if named and pulled:
        yield f"{', '.join(pulled)}: added because what was asked for is made from it"
    if request.changed and project.changed is None:
        yield "--changed: there is no base to compare with, so everything is looked at"
    elif request.changed:
        base = (project.revision.base or "")[:12]
        yield f"--changed: narrowed to what {len(project.changed or ())} changed files since {base} can affect"
    if project.revision.shallow:
        yield "the clone is shallow: history before its edge is not there to be looked at"
