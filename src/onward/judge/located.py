"""A fact of a step's evidence together with its place there, by which a judgement speaks of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from onward.model.verdict import FactPosition

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Located(Generic[Fact]):
    """A finding or a measure that stands at `index` of the evidence of `step`, and `also` elsewhere."""

    step: str
    index: int
    fact: Fact
    also: tuple[FactPosition, ...] = ()


def locate(step: str, facts: Iterable[Fact]) -> tuple[Located[Fact], ...]:
    """Return the findings, or the measures, of one step with their places."""
    return tuple(Located(step, index, fact) for index, fact in enumerate(facts))
