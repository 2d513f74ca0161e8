"""How old a vulnerability database is, and whether that is too old."""

from __future__ import annotations

from onward.model.evidence import Problem
from onward.model.gate import ReadContext
from onward.model.measure import Better, Measure

_DAY_S = 86_400


def age(
    days: float | None, source: str, context: ReadContext, *, name: str
) -> tuple[tuple[Measure, ...], tuple[Problem, ...]]:
    """Return the age as a measure, and a problem where policy allows less; a live source without a date has neither."""
    if days is None:
        return (), ()
    limit = context.check.settings.number("advisories-max-age")
    measure = Measure(name="container.database-age", value=round(days, 1), unit="days", better=Better.LOWER, scope=name)
    if limit is None or days * _DAY_S <= limit:
        return (measure,), ()
    text = f"{name} ({source}) is {days:.0f} days old; the limit is {limit / _DAY_S:.0f}"
    return (measure,), (Problem(code="advisories-too-old", text=text),)
