"""Numbers held against thresholds and against their own best so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from onward.judge.located import Located
from onward.model.ledger import Mark
from onward.model.measure import Better, Limit, Measure
from onward.model.verdict import JudgedMeasure

_ROUNDING = 1e-9


def merge_measures(measures: Iterable[Located[Measure]]) -> tuple[Located[Measure], ...]:
    """Keep one measure per name and scope: the worst, so that no matrix value hides behind another."""
    worst: dict[tuple[str, str], Located[Measure]] = {}
    for each in measures:
        key = (each.fact.name, each.fact.scope)
        if key not in worst or each.fact.is_worse_than(worst[key].fact.value):
            worst[key] = each
    return tuple(worst.values())


def hold(located: Located[Measure], limits: Sequence[Limit], marks: Sequence[Mark]) -> JudgedMeasure:
    """Judge one measure by the strictest of its thresholds and its ratchet mark."""
    measure = located.fact
    candidates = [
        (limit.value, "threshold") for limit in limits if (limit.measure, limit.scope) == (measure.name, measure.scope)
    ] + [(mark.value, "ratchet") for mark in marks if (mark.measure, mark.scope) == (measure.name, measure.scope)]
    if not candidates:
        return JudgedMeasure(step=located.step, index=located.index)
    pick = max if measure.better is Better.HIGHER else min
    value, source = pick(candidates, key=lambda candidate: candidate[0])
    slack = -_ROUNDING if measure.better is Better.HIGHER else _ROUNDING
    holds = not measure.is_worse_than(value + slack)
    return JudgedMeasure(step=located.step, index=located.index, limit=value, limit_from=source, holds=holds)


def may_tighten(
    gate: str, measures: Iterable[Measure], marks: Sequence[Mark], ratchets: Sequence[str]
) -> tuple[str, ...]:
    """Return a line for each ratcheted measure that is better than its mark, or that has no mark yet."""
    lines = []
    for measure in measures:
        if measure.name not in ratchets:
            continue
        mark = next((m for m in marks if (m.measure, m.scope) == (measure.name, measure.scope)), None)
        scope = f" [{measure.scope}]" if measure.scope else ""
        if mark is None:
            lines.append(f"{gate}: {measure.name}{scope} can start its ratchet at {measure.value:g} {measure.unit}")
        elif Measure(name=mark.measure, value=mark.value, unit=mark.unit, better=mark.better).is_worse_than(
            measure.value
        ):
            lines.append(
                f"{gate}: {measure.name}{scope} can tighten from {mark.value:g} to {measure.value:g} {measure.unit}"
            )
    return tuple(lines)
