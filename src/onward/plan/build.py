"""Build the plan from candidates and what the machine has: every step in order, or the reason why it is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from onward.model.evidence import Reason
from onward.model.facts import Project
from onward.model.gate import Check, Matrix
from onward.model.need import Interpreter
from onward.model.pipeline import Profile
from onward.model.plan import Candidate, Machine, Plan, Selection, Step
from onward.plan import graph, select, stand_in
from onward.plan.select import Request


def build_plan(candidates: Sequence[Candidate], project: Project, machine: Machine, *, request: Request) -> Plan:
    """Return the plan for `request` from its own candidates; a cycle is a ConfigError."""
    groups = [tuple(group) for _, group in groupby(candidates, key=lambda candidate: candidate.gate.id)]
    drafts = [_selected(group, machine, request) for group in groups]
    steps = _linked([step for _, steps in drafts for step in steps], [group[0] for group in groups])
    order = graph.ordered([step.id for step in steps], {step.id: (*step.after, *step.feeds) for step in steps})
    by_id = {step.id: step for step in steps}
    return Plan(
        profile=request.profile,
        jobs=request.jobs,
        machine=machine,
        selections=tuple(selection for selection, _ in drafts),
        steps=tuple(by_id[step_id] for step_id in order),
        notes=(
            *_notes(candidates, project, request),
            *_elsewhere(candidates, {step.gate for step in steps}, request),
            *stand_in.notes(steps),
        ),
    )


def _selected(group: Sequence[Candidate], machine: Machine, request: Request) -> tuple[Selection, list[Step]]:
    """Return what becomes of one gate, whose candidates these are, and its steps."""
    gate = group[0].gate
    planned = [step for entry in group if entry.skip_reason is None for step in _steps(entry, machine, request)]
    if planned:
        steps = stand_in.settled(planned)
        return Selection(gate=gate, steps=tuple(step.id for step in steps)), steps
    reasons = [candidate.skip_reason for candidate in group if candidate.skip_reason is not None]
    whole = next((reason for reason in reasons if reason.code in select.OF_GATES), None)
    whys = dict.fromkeys(reason.text for reason in reasons if reason.code == "does-not-apply")
    text = "; ".join(whys) or "no check for this profile"
    return Selection(gate=gate, skip_reason=whole or Reason(code="does-not-apply", text=text)), []


def _steps(candidate: Candidate, machine: Machine, request: Request) -> Iterator[Step]:
    pythons: Sequence[str | None] = candidate.pythons or (None,)
    if candidate.check.matrix is Matrix.HIGHEST:
        # the newest that this machine has stands for the newest
        present = (python for python in candidate.pythons if machine.has(Interpreter(python)).present)
        pythons = (next(present, pythons[0]),)
    for python in pythons:
        yield _step(candidate, python, f"[{python}]" if len(pythons) > 1 else "", machine=machine, request=request)


def _step(candidate: Candidate, python: str | None, suffix: str, *, machine: Machine, request: Request) -> Step:
    check, context = candidate.check, replace(candidate.context, python=python)
    needs = (*candidate.needs, *((Interpreter(python),) if python else ()))
    skip_reason = select.missing_need(needs, machine)
    if skip_reason is None and request.changed:
        skip_reason = select.unaffected(check, context.project)
    return Step(
        id=candidate.id + suffix,
        gate=candidate.gate.id,
        check=check,
        context=context,
        commands=() if skip_reason else check.commands(context),
        timeout_s=context.settings.timeout_s,
        needs=needs,
        why=candidate.applies.why,
        skip_reason=skip_reason,
        required=context.settings.required if check.optional else _is_required(candidate, request),
    )


def _is_required(candidate: Candidate, request: Request) -> bool:
    is_named = candidate.gate.id in request.named
    return is_named or candidate.context.settings.required or request.profile is Profile.CI


def _linked(steps: Sequence[Step], firsts: Iterable[Candidate]) -> list[Step]:
    order = {first.gate.id: (*first.gate.after, *first.context.settings.after) for first in firsts}
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
    """Return what a step comes after; where that is skipped, also what it would have come after itself."""
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


def _elsewhere(candidates: Iterable[Candidate], planned: set[str], request: Request) -> Iterator[str]:
    """Yield which checks of planned gates concern the project and are left to profile ci, which has all."""
    left = (one for one in candidates if one.skip_reason is not None and one.skip_reason.code == select.OTHER_PROFILE)
    wider = (one for one in left if one.gate.id in planned and Profile.CI in one.check.profiles and one.applies.yes)
    names = ", ".join(entry.id for entry in wider)
    if names:
        yield f"not in profile {request.profile}: {names}"


def _notes(candidates: Iterable[Candidate], project: Project, request: Request) -> Iterator[str]:
    others = {one.gate.id for one in candidates if one.skip_reason is None or one.skip_reason.code != select.NOT_NAMED}
    pulled = sorted(others - set(request.named))
    if request.named and pulled:
        yield f"{', '.join(pulled)}: added because the selected gates use its results"
    if request.changed and project.changed is None:
        yield "--changed: no base to compare with, so onward checks everything"
    elif request.changed:
        base = (project.revision.base or "")[:12]
        yield f"--changed: only checks that {len(project.changed or ())} changed files since {base} can affect"
    if project.revision.shallow:
        yield "the clone is shallow: onward cannot check the history before it"
