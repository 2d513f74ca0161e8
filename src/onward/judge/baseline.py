"""Known debts: findings that existed on adoption day, matched as counted multisets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from onward.judge.located import Located
from onward.model.finding import Finding
from onward.model.ledger import Debt


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Whether each finding of a gate is a known debt, and the debts that are gone."""

    known: tuple[bool, ...]
    gone: tuple[Debt, ...]


def match(gate: str, findings: Sequence[Finding], debts: Iterable[Debt]) -> Matched:
    """Pair findings with debts of equal fingerprint, one to one; where there are more findings than debts, paths decide.

    A finding without a partner is new; a debt without one is gone.
    """
    owed: dict[str, list[Debt]] = defaultdict(list)
    for debt in debts:
        if debt.gate == gate:
            owed[debt.fingerprint].append(debt)
    known = [False] * len(findings)
    for same_path in (True, False):
        for index, finding in enumerate(findings):
            if not known[index]:
                known[index] = _pay(owed[finding.fingerprint], finding, same_path=same_path)
    gone = tuple(debt for rest in owed.values() for debt in rest)
    return Matched(known=tuple(known), gone=gone)


def _pay(owed: list[Debt], finding: Finding, *, same_path: bool) -> bool:
    for debt in owed:
        if not same_path or debt.path == (finding.place.path or ""):
            owed.remove(debt)
            return True
    return False


def merge_matrix(steps: Iterable[tuple[str, Sequence[Located[Finding]]]]) -> tuple[Located[Finding], ...]:
    """Merge findings of a gate's steps, given as (check, findings).

    Steps of one check under several matrix values see the same fault several times; the merged multiset holds each
    fingerprint as often as the step that saw it most. Different checks add up.
    """
    checks: dict[str, dict[str, list[list[Located[Finding]]]]] = defaultdict(lambda: defaultdict(list))
    for check, found in steps:
        groups: dict[str, list[Located[Finding]]] = defaultdict(list)
        for each in found:
            groups[each.fact.fingerprint].append(each)
        for print_, group in groups.items():
            checks[check][print_].append(group)
    return tuple(each for prints in checks.values() for groups_ in prints.values() for each in _merged(groups_))


def _merged(groups: list[list[Located[Finding]]]) -> Iterator[Located[Finding]]:
    """Yield the largest group; the first of it is also the first of each other, the second the second."""
    most, *others = sorted(groups, key=len, reverse=True)
    for number, each in enumerate(most):
        also = tuple((group[number].step, group[number].index) for group in others if number < len(group))
        yield replace(each, also=also)
