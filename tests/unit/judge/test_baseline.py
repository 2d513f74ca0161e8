from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kit import values
from onward.judge.baseline import match, merge_matrix
from onward.judge.located import locate
from onward.model.finding import Finding, Severity
from onward.model.ledger import Debt

CODES = st.sampled_from(["import os", "x = 1", "eval(y)"])
PATHS = st.sampled_from(["a.py", "b.py", "c.py"])
FINDINGS = st.lists(st.builds(lambda code, path: values.finding(code=code, path=path), CODES, PATHS), max_size=8)


def debt(finding: Finding) -> Debt:
    return Debt(
        fingerprint=finding.fingerprint,
        gate="lint",
        rule=finding.rule,
        severity=Severity.HIGH,
        since="2026-01-01",
        accepted_by="ada",
        path=finding.place.path or "",
    )


@given(FINDINGS, FINDINGS)
def test_known_and_gone_are_counted_per_fingerprint(found: list[Finding], owed: list[Finding]) -> None:
    matched = match("lint", found, [debt(entry) for entry in owed])
    for print_ in {entry.fingerprint for entry in [*found, *owed]}:
        here = [known for known, other in zip(matched.known, found, strict=True) if other.fingerprint == print_]
        debts = sum(entry.fingerprint == print_ for entry in owed)
        assert sum(here) == min(len(here), debts)
        assert sum(left.fingerprint == print_ for left in matched.gone) == max(0, debts - len(here))


@given(FINDINGS)
def test_a_baseline_of_everything_leaves_nothing_new_in_any_order(found: list[Finding]) -> None:
    matched = match("lint", list(reversed(found)), [debt(entry) for entry in found])
    assert all(matched.known)
    assert matched.gone == ()


@given(FINDINGS)
def test_merging_a_step_with_itself_changes_nothing(found: list[Finding]) -> None:
    first, second = locate("tests/pytest[3.9]", found), locate("tests/pytest[3.11]", found)
    merged = merge_matrix([("pytest", first), ("pytest", second)])
    assert [replace(each, also=()) for each in merged] == list(merge_matrix([("pytest", first)]))
    assert [each.also for each in merged] == [(("tests/pytest[3.11]", each.index),) for each in merged]
    assert len(merge_matrix([("a", first), ("b", second)])) == 2 * len(found)


def test_where_one_step_sees_more_the_others_stand_as_its_first() -> None:
    once, twice = locate("a", [values.finding()]), locate("b", [values.finding(), values.finding(path="app/b.py")])
    merged = merge_matrix([("pytest", once), ("pytest", twice)])
    assert [(each.step, each.index, each.also) for each in merged] == [("b", 0, (("a", 0),)), ("b", 1, ())]
