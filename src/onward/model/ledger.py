"""Lines of the committed ledgers: debts that may only shrink and best values that may only improve."""

from __future__ import annotations

from dataclasses import dataclass

from onward.model.finding import Severity
from onward.model.measure import Better


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """One finding that existed on adoption day. `since` is an ISO date; `path` only breaks ties between equal debts."""

    fingerprint: str
    gate: str
    rule: str
    severity: Severity
    since: str
    accepted_by: str
    path: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The best value of a measure so far, which a run may not fall below."""

    gate: str
    measure: str
    scope: str
    value: float
    unit: str
    better: Better
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """Both ledgers as they stand in the repository."""

    debts: tuple[Debt, ...] = ()
    marks: tuple[Mark, ...] = ()
