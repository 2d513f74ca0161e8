"""The first event of a run: the whole plan, told before anything is executed."""

from __future__ import annotations

from onward.model.event import PlannedGate, PlannedStep, RunStarted
from onward.model.facts import Project
from onward.model.plan import Plan, Step


def announce(plan: Plan, project: Project, *, run: str, version: str, started_at: str) -> RunStarted:
    """Return the event that opens a record: who, where, and every gate and step, also those left out."""
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
        notes=plan.notes,
    )


def _planned(step: Step) -> PlannedStep:
    return PlannedStep(
        id=step.id,
        gate=step.gate,
        check=step.check.id,
        python=step.context.python,
        shard=step.context.shard,
        after=(*step.after, *step.feeds),
        skip_reason=step.skip_reason,
    )
