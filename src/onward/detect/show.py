"""Facts as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from onward.model.facts import Fact

_SHOWN = 3
_VALUES = 12


def as_text(facts: Iterable[Fact]) -> str:
    """Return one paragraph a fact: what it is, then the first few places that say so."""
    return "".join(f"{fact.name:<22} {describe(fact)}\n{_evidence(fact)}" for fact in facts)


def as_json(facts: Iterable[Fact]) -> str:
    """Return all facts with all their evidence; an unknown value is null."""
    entries = [{"name": fact.name, "value": _written(fact), "evidence": fact.evidence} for fact in facts]
    return json.dumps({"schema": 1, "facts": entries}, ensure_ascii=False, indent=2) + "\n"


def describe(fact: Fact) -> str:
    """Return the value in words; an unknown one says whether nothing speaks for it or the evidence disagrees."""
    if fact.value is None:
        return "unknown: the evidence is not conclusive" if fact.evidence else "unknown"
    values = (fact.value,) if isinstance(fact.value, str) else fact.value
    words = [value if isinstance(value, str) else " ".join(value) for value in values[:_VALUES]]
    return ", ".join(words) + (f" and {len(values) - _VALUES} more" if len(values) > _VALUES else "")


def _written(fact: Fact) -> str | list[str] | None:
    """Return the value with a tab between the fields of a record."""
    if fact.value is None or isinstance(fact.value, str):
        return fact.value
    return [value if isinstance(value, str) else "\t".join(value) for value in fact.value]


def _evidence(fact: Fact) -> str:
    lines = [f"{'':<24}{line}\n" for line in fact.evidence[:_SHOWN]]
    more = len(fact.evidence) - _SHOWN
    return "".join(lines) + (f"{'':<24}and {more} more\n" if more > 0 else "")
