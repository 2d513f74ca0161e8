"""Which of two checks that look for the same is planned: the first, or the one that stands in where the first lacks something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from onward.model.evidence import Reason
from onward.model.plan import Step


def settled(steps: Sequence[Step]) -> list[Step]:
    """Return the steps of one gate with one of each such pair (of checks without a matrix) left out.

    Where both lack what they need, the first stays, and its excuse says what the other one lacks.
    """
    by_check = {step.check.id: step for step in steps}
    pairs = [(by_check[step.check.fallback_for], step) for step in steps if step.check.fallback_for in by_check]
    skipped = {_skipped(first, substitute).id for first, substitute in pairs}
    skip_reasons = {first.id: _both(first, substitute) for first, substitute in pairs if _lacks(first)}
    return [
        replace(step, skip_reason=skip_reasons.get(step.id, step.skip_reason))
        for step in steps
        if step.id not in skipped
    ]


def _skipped(first: Step, substitute: Step) -> Step:
    return first if _lacks(first) and not _lacks(substitute) else substitute


def _lacks(step: Step) -> bool:
    return step.skip_reason is not None and step.skip_reason.code == "need-absent"


def _both(first: Step, substitute: Step) -> Reason | None:
    if first.skip_reason is None or substitute.skip_reason is None:
        return first.skip_reason
    return Reason(
        code=first.skip_reason.code, text=f"{first.skip_reason.text}; instead of it: {substitute.skip_reason.text}"
    )


def notes(steps: Sequence[Step]) -> Iterator[str]:
    """Yield which planned checks look in the place of another."""
    for step in steps:
        if step.check.fallback_for and step.runs:
            yield f"{step.id} replaces {step.gate}/{step.check.fallback_for}, which is not available here"
