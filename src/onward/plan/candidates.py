"""Which checks concern the project, before anybody asks a machine: what is probed for, planned and compiled from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from onward.model.evidence import Reason
from onward.model.facts import Project
from onward.model.gate import Check, CheckContext, Gate, Matrix
from onward.model.need import Interpreter, Need, RunningApplication, Service
from onward.model.pipeline import Pipeline, Profile
from onward.model.plan import Candidate
from onward.plan import select
from onward.plan.select import Request


def candidates(
    gates: Sequence[Gate], pipeline: Pipeline, project: Project, *, request: Request
) -> tuple[Candidate, ...]:
    """Return every check of every gate, each with the reason where it is left out; an unknown gate is a UsageError."""
    asked = replace(request, named=select.checked_names(gates, request.named))
    drafts = [_draft(gate, check, pipeline, project, request=asked) for gate in gates for check in gate.checks]
    chosen = _with_feeders(drafts, asked.named)
    return tuple(replace(draft, skip_reason=_skip_reason(draft, asked, chosen)) for draft in drafts)


def needs(candidates: Iterable[Candidate]) -> tuple[Need, ...]:
    """Return what has to be known of a machine to plan these: the interpreters first, each need once."""
    here = [candidate for candidate in candidates if candidate.skip_reason is None]
    pythons = (Interpreter(python) for candidate in here for python in candidate.pythons)
    return tuple(dict.fromkeys((*pythons, *(need for entry in here for need in entry.needs if need.excuses))))


def users(gates: Iterable[Gate], candidates: Iterable[Candidate] = ()) -> Mapping[Need, tuple[str, ...]]:
    """Return which checks ask for each need: any project's by declaration, and those of a project's candidates."""
    checks = [(f"{gate.id}/{check.id}", check) for gate in gates for check in gate.checks]
    pairs = [(need, name) for name, check in checks for need in check.needs if isinstance(need, Need)]
    pairs += [(need, one.id) for one in candidates if one.skip_reason is None for need in one.needs]
    return {need: tuple(dict.fromkeys(name for other, name in pairs if other == need)) for need, _ in pairs}


def _draft(gate: Gate, check: Check, pipeline: Pipeline, project: Project, *, request: Request) -> Candidate:
    """Return a check with all that does not depend on the other gates."""
    asked = {key.name for key in gate.facts}
    context = CheckContext(
        project=replace(project, facts=tuple(fact for fact in project.facts if fact.name in asked)),
        pipeline=pipeline,
        settings=pipeline.settings(gate.id),
        profile=request.profile,
        narrowed=_narrowed(check, project) if request.changed else None,
        offline=request.offline,
    )
    applies = check.applies(context)
    return Candidate(
        gate=gate,
        check=check,
        context=context,
        applies=applies,
        pythons=_pythons(check, pipeline, request.profile),
        needs=tuple(dict.fromkeys(_needs(check, context))) if applies.yes else (),
    )


def _narrowed(check: Check, project: Project) -> tuple[str, ...] | None:
    if not check.narrows or project.changed is None:
        return None
    there = set(project.files)
    return tuple(path for path in project.changed if path in there)


def _pythons(check: Check, pipeline: Pipeline, profile: Profile) -> tuple[str, ...]:
    """In profile quick the matrix shrinks to the deployed interpreter, because a person is waiting."""
    deployed = pipeline.deployed_python or pipeline.highest_python
    match check.matrix:
        case Matrix.NONE:
            return ()
        case Matrix.EVERY if profile is not Profile.QUICK:
            return pipeline.pythons
        case Matrix.HIGHEST:
            return tuple(sorted(pipeline.pythons, key=_version, reverse=True))
        case _:
            return (deployed,) if deployed else ()


def _version(python: str) -> list[int]:
    return [int(part) for part in python.split(".")]


def _needs(check: Check, context: CheckContext) -> Iterator[Need]:
    """Yield the needs for this project: of services those that it declares, all of them where its application runs."""
    found = [need for entry in check.needs for need in ((entry,) if isinstance(entry, Need) else entry(context))]
    has_application = context.pipeline.application is not None
    wanted = {need.name for need in found if isinstance(need, Service)}
    everything = has_application and any(isinstance(need, RunningApplication) for need in found)
    for need in found:
        if not isinstance(need, Service) and (has_application or not isinstance(need, RunningApplication)):
            yield need
    for spec in context.pipeline.services:
        if everything or wanted & {spec.kind, spec.name}:
            yield Service(spec.name)


def _with_feeders(drafts: Sequence[Candidate], named: Sequence[str]) -> frozenset[str]:
    """Return the named gates and those whose artifacts they consume, in checks that concern the project."""
    consuming = [draft.check for draft in drafts if draft.gate.id in named and draft.applies.yes]
    wanted = {kind for check in consuming for kind in check.consumes}
    feeders = {draft.gate.id for draft in drafts if wanted & {keep.kind for keep in draft.check.keeps}}
    return frozenset(named) | feeders


def _skip_reason(draft: Candidate, request: Request, chosen: frozenset[str]) -> Reason | None:
    reason = select.gate_skip_reason(draft.gate, draft.context.settings, request, chosen)
    if reason is not None:
        return reason
    if draft.check not in select.checks_of(draft.gate, request):
        return Reason(code=select.OTHER_PROFILE, text=f"not part of profile {request.profile}")
    return None if draft.applies.yes else Reason(code="does-not-apply", text=draft.applies.why)
