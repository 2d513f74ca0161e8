"""Which gates and checks belong to a run, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from onward.errors import UsageError
from onward.model.evidence import Reason
from onward.model.facts import Project
from onward.model.gate import Check, Gate
from onward.model.need import Need
from onward.model.pipeline import GateSettings, Profile
from onward.model.plan import Machine

# Codes of reasons that leave out a whole gate, and the one that leaves out a check alone.
NOT_NAMED = "not-asked-for"
OF_GATES = (NOT_NAMED, "switched-off", "outside-profile")
OTHER_PROFILE = "check-outside-profile"


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
            raise UsageError(f'unknown gate "{name}"', hint=hint)
    return tuple(dict.fromkeys(named))


def gate_skip_reason(gate: Gate, settings: GateSettings, request: Request, chosen: frozenset[str]) -> Reason | None:
    """Return why a whole gate is left out of this run, None when it belongs to it."""
    if request.named and gate.id not in chosen:
        return Reason(code=NOT_NAMED, text="not selected")
    if not settings.enabled:
        return Reason(code="switched-off", text=f"disabled in onward.toml: {settings.skip_reason}")
    if request.named:
        return None
    if request.profile not in settings.profiles:
        return Reason(code="outside-profile", text=f"not part of profile {request.profile}")
    return None


def checks_of(gate: Gate, request: Request) -> tuple[Check, ...]:
    """Return the checks of the profile; where a gate that was asked for has none there, all of them."""
    in_profile = tuple(check for check in gate.checks if request.profile in check.profiles)
    return in_profile or (gate.checks if request.named else ())


def missing_need(needs: Iterable[Need], machine: Machine) -> Reason | None:
    """Return why a step that needs all these is skipped on this machine, None when nothing is absent."""
    for need in needs:
        if not need.excuses:
            continue
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
    return Reason(code="unaffected", text=f"none of its inputs changed since {base}")
