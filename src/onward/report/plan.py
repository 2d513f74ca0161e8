"""A plan as text and as JSON (pure)."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from onward.model.facts import Project
from onward.model.need import Need
from onward.model.plan import Plan, Step
from onward.model.tool import Tool


def as_text(plan: Plan, project: Project) -> str:
    """Return the plan for people: gates in order, their steps with what each waits for, reasons for what is left out."""
    return "\n".join(_lines(plan, project)) + "\n"


def as_json(plan: Plan, project: Project) -> str:
    """Return the plan for programs; `commands` still hold their tokens."""
    document = {
        "schema": 1,
        "profile": str(plan.profile),
        "jobs": plan.jobs,
        "base": project.revision.base,
        "notes": list(plan.notes),
        "gates": [
            {
                "gate": selection.gate.id,
                "title": selection.gate.title,
                "skipped": selection.skip_reason.text if selection.skip_reason else None,
                "steps": list(selection.steps),
            }
            for selection in plan.selections
        ],
        "steps": [_step(step) for step in plan.steps],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _step(step: Step) -> dict[str, object]:
    return {
        "id": step.id,
        "python": step.context.python,
        "skipped": step.skip_reason.text if step.skip_reason else None,
        "required": step.required,
        "why": step.why,
        "after": list(step.after),
        "feeds": list(step.feeds),
        "tools": [need.name for need in step.needs if isinstance(need, Tool)],
        "services": [need.service for need in step.check.needs if isinstance(need, Need) and need.service],
        "commands": [list(command.argv) for command in step.commands],
    }


def _lines(plan: Plan, project: Project) -> Iterator[str]:
    base = (project.revision.base or "nothing")[:12]
    yield f"profile {plan.profile}, {plan.jobs} CPUs, compared with {base}"
    yield from (f"note: {note}" for note in plan.notes)
    steps = {step.id: step for step in plan.steps}
    for selection in plan.selections:
        yield ""
        if selection.skip_reason is not None:
            yield f"{selection.gate.id}: not run, {selection.skip_reason.text}"
            continue
        yield f"{selection.gate.id}: {selection.gate.title}"
        for step_id in selection.steps:
            yield from _step_lines(steps[step_id])


def _step_lines(step: Step) -> Iterator[str]:
    if step.skip_reason is not None:
        unverified = step.required and step.skip_reason.code == "need-absent"
        yield f"  {step.id}: {'unverified' if unverified else 'not run'}, {step.skip_reason.text}"
        return
    yield f"  {step.id}" + (f" ({step.why})" if step.why else "")
    waits = sorted({*step.after, *step.feeds})
    if waits:
        yield f"    after {', '.join(waits)}"
    for command in step.commands:
        # one line a command, also where an argument has several
        yield "    $ " + shlex.join(command.argv).replace("\n", "\\n")
