"""What a gate's rulings and limits speak of: their findings and measures, looked up in the evidence (pure)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from onward.errors import RecordError
from onward.model.evidence import Evidence
from onward.model.finding import Finding
from onward.model.measure import Measure
from onward.model.verdict import GateResult, JudgedMeasure, Ruling

Spot = tuple[str, int]
Fact = TypeVar("Fact")


def findings(result: GateResult, evidence: Mapping[str, Evidence]) -> Iterator[tuple[Finding, Ruling]]:
    """Yield each ruling of a gate beside its finding."""
    for ruling in result.rulings:
        found = evidence[ruling.step].findings if ruling.step in evidence else ()
        yield _at(found if ruling.step else result.own_findings, ruling.index, result), ruling


def measures(result: GateResult, evidence: Mapping[str, Evidence]) -> Iterator[tuple[Measure, JudgedMeasure]]:
    """Yield each judged measure of a gate beside its value."""
    for judged in result.measures:
        yield _at(evidence[judged.step].measures if judged.step in evidence else (), judged.index, result), judged


def rulings(result: GateResult, steps: Sequence[tuple[str, Evidence]]) -> Mapping[Spot, Ruling]:
    """Return the ruling on each finding of a gate's steps, given as (check, evidence), by step and position.

    Of a fault that one check sees under several matrix values a gate rules once: the first of equal fingerprints in one
    step stands as the first in the other, the second as the second.
    """
    ruled = {(ruling.step, ruling.index): ruling for ruling in result.rulings}
    alike: dict[tuple[str, str], list[Ruling]] = defaultdict(list)
    for spot, key in _spots(steps):
        if spot in ruled:
            alike[key].append(ruled[spot])
    seen: Counter[tuple[str, str, str]] = Counter()
    for spot, key in _spots(steps):
        if spot not in ruled and alike[key]:
            occurrence = seen[spot[0], *key]
            ruled[spot] = alike[key][min(occurrence, len(alike[key]) - 1)]
            seen[spot[0], *key] += 1
    return ruled


def _spots(steps: Sequence[tuple[str, Evidence]]) -> Iterator[tuple[Spot, tuple[str, str]]]:
    for check, evidence in steps:
        for index, finding in enumerate(evidence.findings):
            yield (evidence.step, index), (check, finding.fingerprint)


def _at(facts: Sequence[Fact], index: int, result: GateResult) -> Fact:
    if index < len(facts):
        return facts[index]
    raise RecordError("the record is damaged: a judgement speaks of what no step found", where=f"gate {result.gate}")
