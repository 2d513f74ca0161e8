from __future__ import annotations

import pytest

from kit import values
from onward.model.evidence import Reason
from onward.model.plan import Step
from onward.plan import stand_in

ABSENT = Reason(code="need-absent", text="it lacks something")


def pair(first: Reason | None, substitute: Reason | None) -> list[Step]:
    other = values.check("osv", fallback_for="npm")
    return [
        values.step("audit/npm", skip_reason=first),
        values.step("audit/osv", check=other, skip_reason=substitute),
        values.step("audit/lint"),
    ]


@pytest.mark.parametrize(
    ("first", "substitute", "planned"),
    [
        (None, None, ["audit/npm", "audit/lint"]),
        (None, ABSENT, ["audit/npm", "audit/lint"]),
        (ABSENT, None, ["audit/osv", "audit/lint"]),
        (ABSENT, ABSENT, ["audit/npm", "audit/lint"]),
        (Reason(code="unaffected", text="nothing changed"), None, ["audit/npm", "audit/lint"]),
    ],
)
def test_one_of_both_is_planned(first: Reason | None, substitute: Reason | None, planned: list[str]) -> None:
    assert [step.id for step in stand_in.settled(pair(first, substitute))] == planned


def test_where_both_lack_something_both_reasons_are_told() -> None:
    kept = stand_in.settled(pair(ABSENT, Reason(code="need-absent", text="no archive")))
    assert kept[0].skip_reason == Reason(code="need-absent", text="it lacks something; instead of it: no archive")


def test_a_substitute_for_what_does_not_apply_looks_by_itself() -> None:
    steps = pair(None, None)[1:]
    assert stand_in.settled(steps) == steps


def test_who_looks_in_whose_place_is_told() -> None:
    notes = list(stand_in.notes(stand_in.settled(pair(ABSENT, None))))
    assert notes == ["audit/osv replaces audit/npm, which is not available here"]
