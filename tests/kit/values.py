"""Small builders for the nouns of the model, with only what a test cares about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from onward.model import facts
from onward.model.event import PlannedGate, PlannedStep, RunStarted
from onward.model.evidence import Evidence, LookedAt, Reading
from onward.model.facts import Fact, FactKey, Project, Revision
from onward.model.finding import Finding, Place, Severity, fingerprint
from onward.model.gate import Check, CheckContext, Command, Gate, Outputs, ReadContext
from onward.model.ledger import Ledgers
from onward.model.need import Availability, Need
from onward.model.pipeline import GateSettings, Pipeline, Profile
from onward.model.plan import Machine, Plan, Selection, Step
from onward.model.policy import GatePolicy, Policy

ROOT = Path("/project")


def finding(
    rule: str = "F401", *, path: str = "app/a.py", code: str = "import os", gate: str = "lint", **more: object
) -> Finding:
    """Return a sealed finding of `gate`."""
    place = Place(path=path, line=1)
    base = Finding(rule=rule, tool="tool", message="bad", severity=Severity.HIGH, place=place, excerpt=code)
    made = replace(base, **more)  # type: ignore[arg-type]  # tests name the fields they change
    return replace(made, fingerprint=fingerprint(gate, made))


def commands(_: CheckContext) -> tuple[Command, ...]:
    return (Command(argv=("true",)),)


def read(_: Outputs, __: ReadContext) -> Reading:
    return Reading(looked_at=(LookedAt(what="files", count=1),))


def check(name: str = "tool", **more: object) -> Check:
    return replace(Check(id=name, commands=commands, read=read), **more)  # type: ignore[arg-type]


def gate(name: str = "lint", *checks: Check, **more: object) -> Gate:
    base = Gate(id=name, title=name.title(), blurb="", folder=ROOT, checks=checks or (check(),))
    return replace(base, **more)  # type: ignore[arg-type]


def settings(name: str = "lint", **more: object) -> GateSettings:
    return replace(GateSettings(gate=name), **more)  # type: ignore[arg-type]


def pipeline(gates: Sequence[Gate] = (), **more: object) -> Pipeline:
    base = Pipeline(
        name="shop",
        pythons=("3.9", "3.11"),
        deployed_python="3.11",
        source=("app",),
        tests=("tests",),
        requirements=(),
        deployed_requirements=(),
        gates=tuple(settings(entry.id) for entry in gates),
    )
    return replace(base, **more)  # type: ignore[arg-type]


KEYS: tuple[FactKey[object], ...] = tuple(var for var in vars(facts).values() if isinstance(var, FactKey))


def known(*found: Fact) -> tuple[Fact, ...]:
    """Return these facts, and as unknown all others that a gate may ask for."""
    names = {fact.name for fact in found}
    return (*found, *(Fact(name=key.name, value=None) for key in KEYS if key.name not in names))


def project(**more: object) -> Project:
    base = Project(
        root=ROOT,
        git_root=ROOT,
        git_dir=ROOT / ".git",
        prefix="",
        files=("app/a.py", "tests/test_a.py"),
        changed=None,
        revision=Revision(head="a" * 40, base=None, branch="main", tree="t", dirty=False),
        facts=known(),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def machine(*present: Need) -> Machine:
    needs = {need: Availability(present=True, detail="here") for need in present}
    return Machine(system="Linux", machine="x86_64", cpus=2, needs=needs)


def context(name: str = "lint", **more: object) -> CheckContext:
    base = CheckContext(project=project(), pipeline=pipeline(), settings=settings(name), profile=Profile.FULL)
    return replace(base, **more)  # type: ignore[arg-type]


def step(name: str = "lint/tool", **more: object) -> Step:
    gate_id, _, check_id = name.partition("/")
    base = Step(id=name, gate=gate_id, check=check(check_id), context=context(gate_id), commands=(), timeout_s=1.0)
    return replace(base, **more)  # type: ignore[arg-type]


def planned(name: str = "lint/tool", **more: object) -> PlannedStep:
    gate_id, _, check_id = name.partition("/")
    return replace(PlannedStep(id=name, gate=gate_id, check=check_id), **more)  # type: ignore[arg-type]


def announced(*steps: PlannedStep) -> RunStarted:
    """Return the announcement of a run with these steps, in gates that block every finding."""
    names = tuple(dict.fromkeys(step.gate for step in steps))
    return RunStarted(
        run="r",
        onward="0.1.0",
        started_at="2026-05-01T00:00:00+00:00",
        root=str(ROOT),
        prefix="",
        profile="full",
        revision=project().revision,
        system="Linux",
        machine="x86_64",
        cpus=2,
        jobs=2,
        gates=tuple(
            PlannedGate(id=name, title=name.title(), steps=tuple(step.id for step in steps if step.gate == name))
            for name in names
        ),
        steps=steps,
        policy=Policy(gates=tuple(GatePolicy(gate=name, block=Severity.LOW) for name in names)),
        ledgers=Ledgers(),
    )


def evidence(name: str = "lint/tool", **more: object) -> Evidence:
    looked = (LookedAt(what="files", count=3),)
    base = Evidence(step=name, gate=name.partition("/")[0], looked_at=looked)
    return replace(base, **more)  # type: ignore[arg-type]


def plan(gates: Sequence[Gate], steps: Sequence[Step], **more: object) -> Plan:
    selections = tuple(
        Selection(gate=entry, steps=tuple(each.id for each in steps if each.gate == entry.id)) for entry in gates
    )
    base = Plan(profile=Profile.FULL, jobs=2, machine=machine(), selections=selections, steps=tuple(steps))
    return replace(base, **more)  # type: ignore[arg-type]
