"""Which gates and checks belong to a run, under which interpreters, and what excuses the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from onward.errors import UsageError
from onward.model.evidence import Reason
from onward.model.facts import Project
from onward.model.gate import Check, CheckContext, Gate, Matrix, Need
from onward.model.pipeline import GateSettings, Pipeline, Profile
from onward.model.plan import Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked for on the command line."""

    profile: Profile = Profile.FULL
    named: tuple[str, ...] = ()
    changed: bool = False
    jobs: int = 1
    offline: bool = False


def checked_names(gates: Sequence[Gate], named: Sequence[str]) -> tuple[str, ...]:
    """Return `named` without repetitions; an unknown gate is a UsageError that suggests the nearest one."""
    known = [gate.id for gate in gates]
    for name in named:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else "gates: " + ", ".join(known)
            raise UsageError(f'there is no gate "{name}"', hint=hint)
    return tuple(dict.fromkeys(named))


def _every(_: Gate, __: Check) -> bool:
    return True


def with_feeders(
    gates: Sequence[Gate], named: Sequence[str], concerns: Callable[[Gate, Check], bool] = _every
) -> frozenset[str]:
    """Return the named gates and those whose artifacts they consume, in checks that concern the project."""
    chosen = set(named)
    for gate in gates:
        if gate.id in named:
            wanted = {kind for check in gate.checks if concerns(gate, check) for kind in check.consumes}
            chosen |= {feeder.id for feeder in gates if wanted & _kept(feeder)}
    return frozenset(chosen)


def _kept(gate: Gate) -> set[str]:
    return {keep.kind for check in gate.checks for keep in check.keeps}


def gate_skip_reason(gate: Gate, settings: GateSettings, request: Request, chosen: frozenset[str]) -> Reason | None:
    """Return why a whole gate is left out of this run, None when it belongs to it."""
    if request.named and gate.id not in chosen:
        return Reason(code="not-asked-for", text="not among the gates asked for")
    if not settings.enabled:
        return Reason(code="switched-off", text=f"switched off in onward.toml: {settings.skip_reason}")
    if request.named:
        return None
    if request.profile not in settings.profiles:
        return Reason(code="outside-profile", text=f"not part of profile {request.profile}")
    return None


def checks_of(gate: Gate, request: Request) -> tuple[Check, ...]:
    """Return the checks of the profile; where a gate that was asked for has none there, all of them."""
    in_profile = tuple(check for check in gate.checks if request.profile in check.profiles)
    return in_profile or (gate.checks if request.named else ())


def pythons(check: Check, pipeline: Pipeline, request: Request, machine: Machine) -> tuple[str | None, ...]:
    """Return the interpreters that a check runs under; (None,) where it needs none.

    The newest interpreter of the matrix that this machine has stands for "the newest". In profile quick the matrix
    shrinks to the deployed interpreter, because a person is waiting.
    """
    match check.matrix:
        case Matrix.NONE:
            return (None,)
        case Matrix.DEPLOYED:
            return (_deployed(pipeline),)
        case Matrix.HIGHEST:
            present = [python for python in _newest_first(pipeline) if machine.has(_need(python)).present]
            return (present[0] if present else pipeline.highest_python,)
        case Matrix.EVERY:
            return (_deployed(pipeline),) if request.profile is Profile.QUICK else pipeline.pythons


def _deployed(pipeline: Pipeline) -> str | None:
    return pipeline.deployed_python or pipeline.highest_python


def _newest_first(pipeline: Pipeline) -> list[str]:
    return sorted(pipeline.pythons, key=lambda python: [int(part) for part in python.split(".")], reverse=True)


def _need(python: str) -> Need:
    return Need(kind="python", name=python)


def needs_of(check: Check, context: CheckContext) -> tuple[Need, ...]:
    """Return what a check needs of a machine, its interpreter left out."""
    return (*check.needs, *check.more_needs(context))


def missing_need(check: Check, context: CheckContext, machine: Machine) -> Reason | None:
    """Return the first need of a check that this machine lacks, None when it has all."""
    interpreter = () if context.python is None else (_need(context.python),)
    for need in (*needs_of(check, context), *interpreter):
        available = machine.has(need)
        if not available.present:
            hint = f" ({available.hint})" if available.hint else ""
            return Reason(code="need-absent", text=available.detail + hint)
    return None


def unaffected(check: Check, project: Project) -> Reason | None:
    """Return why a change cannot affect a check: none of its inputs was touched."""
    if project.changed is None or not check.inputs:
        return None
    if any(fnmatchcase(path, pattern) for path in project.changed for pattern in check.inputs):
        return None
    base = (project.revision.base or "")[:12]
    return Reason(code="unaffected", text=f"nothing that it looks at changed since {base}")


def all_needs(
    gates: Sequence[Gate], pipeline: Pipeline, request: Request, asked: Callable[[Gate, Check], tuple[Need, ...] | None]
) -> tuple[Need, ...]:
    """Return every need that planning may ask about, to be probed beforehand: of checks that this run may plan.

    `asked` says what a check needs, None when it does not concern the project.
    """
    chosen = with_feeders(gates, request.named, lambda gate, check: asked(gate, check) is not None)
    declared = [
        need
        for gate in gates
        if gate_skip_reason(gate, pipeline.settings(gate.id), request, chosen) is None
        for check in checks_of(gate, request)
        for need in asked(gate, check) or ()
    ]
    matrix = [_need(python) for python in pipeline.pythons]
    deployed = [_need(pipeline.deployed_python)] if pipeline.deployed_python else []
    return tuple(dict.fromkeys((*declared, *matrix, *deployed)))
