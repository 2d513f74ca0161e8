"""The first event of a run: the whole plan and the policy that it is judged by, told before anything is executed."""

from __future__ import annotations

from collections.abc import Iterable

from onward.model.event import PlannedGate, PlannedStep, RunStarted
from onward.model.facts import Project
from onward.model.gate import Gate
from onward.model.ledger import Ledgers
from onward.model.pipeline import Pipeline
from onward.model.plan import Plan, Step
from onward.model.policy import GatePolicy, Policy


def policy_of(gates: Iterable[Gate], pipeline: Pipeline) -> Policy:
    """Return what `gates` demand with the settings of `pipeline`, as plain values."""
    return Policy(gates=tuple(_gate_policy(gate, pipeline) for gate in gates), waivers=pipeline.waivers)


def _gate_policy(gate: Gate, pipeline: Pipeline) -> GatePolicy:
    settings = pipeline.settings(gate.id)
    return GatePolicy(gate=gate.id, block=settings.block, limits=gate.limits(settings), ratchets=gate.ratchets)


def announce(
    plan: Plan, project: Project, policy: Policy, ledgers: Ledgers, *, run: str, version: str, started_at: str
) -> RunStarted:
    """Return the event that opens a record: who, where, every gate and step, also those left out, and the policy."""
    return RunStarted(
        run=run,
        onward=version,
        started_at=started_at,
        root=str(project.root),
        prefix=project.prefix,
        profile=plan.profile,
        revision=project.revision,
        system=plan.machine.system,
        machine=plan.machine.machine,
        cpus=plan.machine.cpus,
        jobs=plan.jobs,
        gates=tuple(
            PlannedGate(
                id=selection.gate.id,
                title=selection.gate.title,
                steps=selection.steps,
                skip_reason=selection.skip_reason,
            )
            for selection in plan.selections
        ),
        steps=tuple(_planned(step) for step in plan.steps),
        policy=policy,
        ledgers=ledgers,
        notes=plan.notes,
    )


def _planned(step: Step) -> PlannedStep:
    return PlannedStep(
        id=step.id,
        gate=step.gate,
        check=step.check.id,
        python=step.context.python,
        shard=step.context.shard,
        after=step.after,
        feeds=step.feeds,
        skip_reason=step.skip_reason,
        required=step.required,
        narrowed=step.context.narrowed is not None,
        proves=step.check.proves,
    )
