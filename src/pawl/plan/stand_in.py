"""Which of two checks that look for the same is planned: the first, or the one that stands in where the first lacks something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pawl.model.evidence import Reason
from pawl.model.plan import Step


def settled(steps: Sequence[Step]) -> list[Step]:
    """Return the steps of one gate with one of each such pair left out.

    Where both lack what they need, the first stays, and its excuse says what the other one lacks.
    """
    absent = {step.check.id: step.excuse for step in steps if step.excuse and step.excuse.code == "need-absent"}
    by_id = {step.check.id: step for step in steps}
    substitutes = {step.check.stands_in_for: step.check.id for step in steps if step.check.stands_in_for in by_id}
    kept = []
    for step in steps:
        first, substitute = step.check.stands_in_for, substitutes.get(step.check.id)
        if first in by_id and (first not in absent or step.check.id in absent):
            continue
        if substitute and step.check.id in absent:
            if substitute not in absent:
                continue
            kept.append(replace(step, excuse=_both(absent[step.check.id], absent[substitute])))
        else:
            kept.append(step)
    return kept


def _both(mine: Reason, other: Reason) -> Reason:
    return Reason(code=mine.code, text=f"{mine.text}; in its place: {other.text}")


def notes(steps: Sequence[Step]) -> Iterator[str]:
    """Yield which planned checks look in the place of another."""
    for step in steps:
        if step.check.stands_in_for and step.runs:
            yield f"{step.id} looks in the place of {step.gate}/{step.check.stands_in_for}, which cannot be had here"
