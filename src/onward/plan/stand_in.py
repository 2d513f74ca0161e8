"""Which of two checks that look for the same is planned: the first, or the one that stands in where the first lacks something."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from onward.model.evidence import Reason
from onward.model.plan import Step


def settled(steps: Sequence[Step], *, recorded: Collection[str] = ()) -> list[Step]:
    """Return the steps of one gate with one of each such pair (of checks without a matrix) left out.

    Where both lack what they need, the first stays, and its excuse says what the other one lacks. Which of them is among
    the `recorded` steps of a run stays, whatever the machine has by now.
    """
    by_check = {step.check.id: step for step in steps}
    pairs = [(by_check[step.check.stands_in_for], step) for step in steps if step.check.stands_in_for in by_check]
    left_out = {_left_out(first, substitute, recorded).id for first, substitute in pairs}
    excuses = {first.id: _both(first, substitute) for first, substitute in pairs if _lacks(first)}
    return [replace(step, excuse=excuses.get(step.id, step.excuse)) for step in steps if step.id not in left_out]


def _left_out(first: Step, substitute: Step, recorded: Collection[str]) -> Step:
    if {first.id, substitute.id} & set(recorded):
        return substitute if first.id in recorded else first
    return first if _lacks(first) and not _lacks(substitute) else substitute


def _lacks(step: Step) -> bool:
    return step.excuse is not None and step.excuse.code == "need-absent"


def _both(first: Step, substitute: Step) -> Reason | None:
    if first.excuse is None or substitute.excuse is None:
        return first.excuse
    return Reason(code=first.excuse.code, text=f"{first.excuse.text}; in its place: {substitute.excuse.text}")


def notes(steps: Sequence[Step]) -> Iterator[str]:
    """Yield which planned checks look in the place of another."""
    for step in steps:
        if step.check.stands_in_for and step.runs:
            yield f"{step.id} looks in the place of {step.gate}/{step.check.stands_in_for}, which cannot be had here"
