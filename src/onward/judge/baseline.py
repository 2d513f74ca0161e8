"""Known debts: findings that existed on adoption day, matched as counted multisets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from onward.model.finding import Finding, fingerprint
from onward.model.ledger import Debt


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The findings of one gate, each with its fingerprint and whether it is a known debt, and the debts that are gone."""

    known: tuple[bool, ...]
    fingerprints: tuple[str, ...]
    gone: tuple[Debt, ...]


def match(gate: str, findings: Sequence[Finding], debts: Iterable[Debt]) -> Matched:
    """Pair findings with debts of equal fingerprint, one to one; where there are more findings than debts, paths decide.

    A finding without a partner is new; a debt without one is gone.
    """
    fingerprints = tuple(fingerprint(gate, finding) for finding in findings)
    owed: dict[str, list[Debt]] = defaultdict(list)
    for debt in debts:
        if debt.gate == gate:
            owed[debt.fingerprint].append(debt)
    known = [False] * len(findings)
    for same_path in (True, False):
        for index, finding in enumerate(findings):
            if not known[index]:
                known[index] = _pay(owed[fingerprints[index]], finding, same_path=same_path)
    gone = tuple(debt for rest in owed.values() for debt in rest)
    return Matched(known=tuple(known), fingerprints=fingerprints, gone=gone)


def _pay(owed: list[Debt], finding: Finding, *, same_path: bool) -> bool:
    for debt in owed:
        if not same_path or debt.path == (finding.place.path or ""):
            owed.remove(debt)
            return True
    return False


def merge_matrix(steps: Iterable[tuple[str, Sequence[Finding]]], gate: str) -> tuple[Finding, ...]:
    """Merge findings of a gate's steps, given as (check, findings).

    Steps of one check under several matrix values see the same fault several times; the merged multiset holds each
    fingerprint as often as the step that saw it most. Different checks add up.
    """
    best: dict[str, dict[str, list[Finding]]] = defaultdict(dict)
    for check, findings in steps:
        for print_, group in _grouped(gate, findings).items():
            if len(group) > len(best[check].get(print_, ())):
                best[check][print_] = group
    return tuple(finding for groups in best.values() for group in groups.values() for finding in group)


def _grouped(gate: str, findings: Sequence[Finding]) -> Mapping[str, list[Finding]]:
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[fingerprint(gate, finding)].append(finding)
    return groups
