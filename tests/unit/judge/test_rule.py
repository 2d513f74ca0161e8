from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kit import values
from onward.judge.rule import Rules, judge_gate, judge_step
from onward.model.event import PlannedStep
from onward.model.evidence import Evidence, LookedAt, Problem, Reason
from onward.model.finding import Severity, fingerprint
from onward.model.ledger import Debt, Ledgers, Mark
from onward.model.measure import Better, Limit, Measure
from onward.model.pipeline import Waiver
from onward.model.policy import GatePolicy
from onward.model.verdict import Status, Verdict

TODAY = date(2026, 5, 1)


def gate_policy(block: Severity = Severity.LOW, *limits: Limit) -> GatePolicy:
    return GatePolicy(gate="lint", block=block, limits=limits, ratchets=("coverage.lines",))


def rules_for(**more: object) -> Rules:
    base = Rules(policy=gate_policy(), waivers=(), ledgers=Ledgers(), today=TODAY)
    return replace(base, **more)  # type: ignore[arg-type]


def debt(finding_path: str = "app/a.py", code: str = "import os") -> Debt:
    about = values.finding(path=finding_path, code=code)
    return Debt(
        fingerprint=fingerprint("lint", about),
        gate="lint",
        rule="F401",
        severity=Severity.HIGH,
        since="2026-01-01",
        accepted_by="ada",
        path=finding_path,
    )


def waiver(**more: object) -> Waiver:
    base = Waiver(id="W1", gate="lint", reason="soon", owner="ada", expires=date(2026, 5, 1), rule="F401")
    return replace(base, **more)  # type: ignore[arg-type]


def verdict_of(evidence_change: dict[str, Any], rules: Rules | None = None) -> tuple[Verdict, str]:
    found = judge_step(values.planned(), values.evidence(**evidence_change), rules or rules_for())
    return found.verdict, found.reason.code


def test_clean_evidence_passes() -> None:
    assert verdict_of({}) == (Verdict.PASSED, "holds")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"looked_at": ()}, "nothing-counted"),
        ({"looked_at": (LookedAt(what="tests", count=0),)}, "looked-at-too-little"),
        ({"looked_at": (LookedAt(what="tests", count=9, expected=10),)}, "looked-at-too-little"),
        ({"error": Reason(code="timeout", text="too long")}, "timeout"),
        ({"problems": (Problem(code="collection-error", text="test_a.py"),)}, "collection-error"),
    ],
)
def test_what_could_not_look_is_never_green(change: dict[str, Any], code: str) -> None:
    assert verdict_of(change) == (Verdict.UNVERIFIED, code)


def test_expected_zero_passes_with_nothing_to_check() -> None:
    looked = (LookedAt(what="revisions", count=0, expected=0),)
    assert verdict_of({"looked_at": looked}) == (Verdict.PASSED, "nothing-to-check")


def test_a_new_finding_fails_even_where_something_else_is_unclear() -> None:
    change = {"findings": (values.finding(),), "problems": (Problem(code="x", text="y"),)}
    assert verdict_of(change) == (Verdict.FAILED, "new-findings")


def test_findings_below_the_floor_do_not_block_and_unknown_ones_do() -> None:
    rules = rules_for(policy=gate_policy(Severity.MEDIUM))
    low = values.finding(severity=Severity.LOW)
    assert verdict_of({"findings": (low,)}, rules)[0] is Verdict.PASSED
    unknown = values.finding(severity=Severity.UNKNOWN)
    assert verdict_of({"findings": (unknown,)}, rules)[0] is Verdict.FAILED


def test_a_known_debt_does_not_block_and_its_double_does() -> None:
    rules = rules_for(ledgers=Ledgers(debts=(debt(),)))
    assert verdict_of({"findings": (values.finding(),)}, rules)[0] is Verdict.PASSED
    assert verdict_of({"findings": (values.finding(), values.finding(path="app/b.py"))}, rules)[0] is Verdict.FAILED


def test_paths_break_ties_between_equal_findings() -> None:
    rules = rules_for(ledgers=Ledgers(debts=(debt("app/b.py"),)))
    found = (values.finding(path="app/a.py"), values.finding(path="app/b.py"))
    result = judge_gate([(values.planned(), values.evidence(findings=found))], rules)
    standing = {found[ruling.index].place.path: ruling.status for ruling in result.rulings}
    assert standing == {"app/a.py": Status.NEW, "app/b.py": Status.KNOWN}


def test_a_moved_and_reformatted_debt_stays_known() -> None:
    rules = rules_for(ledgers=Ledgers(debts=(debt(),)))
    moved = values.finding(path="lib/moved.py", code="import   os\n")
    assert verdict_of({"findings": (moved,)}, rules)[0] is Verdict.PASSED


def test_a_waiver_holds_on_its_last_day_and_fails_the_day_after() -> None:
    found = {"findings": (values.finding(),)}
    assert verdict_of(found, rules_for(waivers=(waiver(),)))[0] is Verdict.PASSED
    late = rules_for(waivers=(waiver(),), today=date(2026, 5, 2))
    assert verdict_of(found, late)[0] is Verdict.FAILED
    result = judge_gate([(values.planned(), values.evidence())], late)
    assert (result.verdict, result.own_findings[0].rule) == (Verdict.FAILED, "expired-waiver")


def test_a_waiver_that_names_nothing_covers_nothing() -> None:
    rules = rules_for(waivers=(waiver(rule=""),))
    assert verdict_of({"findings": (values.finding(),)}, rules)[0] is Verdict.FAILED


def test_a_quarantined_test_is_shown_and_does_not_block() -> None:
    rules = rules_for(waivers=(waiver(rule="", test="tests/test_a.py::test_it"),))
    flaky = values.finding(rule="test-failed", subject="tests/test_a.py::test_it")
    result = judge_gate([(values.planned(), values.evidence(findings=(flaky,)))], rules)
    assert (result.verdict, result.rulings[0].status) == (Verdict.PASSED, Status.QUARANTINED)


def measure(value: float) -> Measure:
    return Measure(name="coverage.lines", value=value, unit="percent", better=Better.HIGHER)


def mark(value: float) -> Mark:
    return Mark(
        gate="lint",
        measure="coverage.lines",
        scope="",
        value=value,
        unit="percent",
        better=Better.HIGHER,
        since="2026-01-01",
    )


def judged_with(value: float, limit: float, marked: float | None) -> tuple[Verdict, str, tuple[str, ...]]:
    floor = gate_policy(Severity.LOW, Limit(measure="coverage.lines", value=limit))
    rules = rules_for(policy=floor, ledgers=Ledgers(marks=(mark(marked),) if marked is not None else ()))
    result = judge_gate([(values.planned(), values.evidence(measures=(measure(value),)))], rules)
    return result.verdict, result.reason.code, result.tighten


def test_thresholds_and_ratchets_both_hold_and_the_stricter_one_is_named() -> None:
    assert judged_with(70.0, 70.0, None)[:2] == (Verdict.PASSED, "holds")
    assert judged_with(69.9, 70.0, None)[:2] == (Verdict.FAILED, "beyond-threshold")
    assert judged_with(71.0, 70.0, 72.0)[:2] == (Verdict.FAILED, "beyond-ratchet")


def test_a_better_measure_may_tighten_and_a_failed_gate_may_not() -> None:
    assert judged_with(73.0, 70.0, 72.0)[2] == ("lint: coverage.lines can tighten from 72 to 73 percent",)
    assert judged_with(60.0, 70.0, None)[2] == ()


def test_a_threshold_without_its_measure_is_unverified() -> None:
    floor = gate_policy(Severity.LOW, Limit(measure="coverage.lines", value=70))
    result = judge_gate([(values.planned(), values.evidence())], rules_for(policy=floor))
    assert (result.verdict, result.reason.code) == (Verdict.UNVERIFIED, "not-measured")


def test_a_paid_debt_is_told_but_not_after_an_incomplete_run() -> None:
    rules = rules_for(ledgers=Ledgers(debts=(debt(),)))
    complete = [(values.planned(), values.evidence())]
    assert "is fixed; remove it" in judge_gate(complete, rules).tighten[0]
    skipped = values.evidence("lint/b", skipped=Reason(code="need-absent", text="no 3.9"))
    assert judge_gate([*complete, (values.planned("lint/b"), skipped)], rules).tighten == ()


def test_matrix_steps_see_one_fault_once() -> None:
    steps = [
        (values.planned("tests/pytest[3.9]", check="pytest"), values.evidence(findings=(values.finding(),))),
        (
            values.planned("tests/pytest[3.11]", check="pytest"),
            values.evidence(findings=(values.finding(),)),
        ),
    ]
    result = judge_gate(steps, rules_for())
    assert len(result.rulings) == 1


def test_absence_is_excused_unless_it_is_demanded() -> None:
    skipped = values.evidence(skipped=Reason(code="need-absent", text="no docker"))
    assert judge_step(values.planned(), skipped, rules_for()).verdict is Verdict.NOT_RUN
    assert judge_step(values.planned(required=True), skipped, rules_for()).verdict is Verdict.UNVERIFIED


def test_a_gate_with_some_steps_left_out_says_so() -> None:
    steps = [
        (values.planned(), values.evidence()),
        (values.planned("lint/b"), values.evidence("lint/b", skipped=Reason(code="need-absent", text="no 3.9"))),
    ]
    result = judge_gate(steps, rules_for())
    assert result.verdict is Verdict.PASSED
    assert result.reason.text == "3 files; not run: lint/b"


def looking(
    proves: str, *, absent: str = "", code: str = "need-absent", name: str = "scan"
) -> tuple[PlannedStep, Evidence]:
    """Return a step whose check alone can show `promise`, and what became of it."""
    step = values.planned(f"lint/{name}", proves=proves)
    skipped = Reason(code=code, text=absent) if absent else None
    return step, values.evidence(f"lint/{name}", skipped=skipped)


def test_a_gate_is_not_run_where_nobody_could_look_for_what_it_promises() -> None:
    steps = [(values.planned(), values.evidence()), looking("vulnerabilities", absent="no database")]
    result = judge_gate(steps, rules_for())
    assert result.verdict is Verdict.NOT_RUN
    assert result.reason.text == "no check could verify vulnerabilities: no database; passed: 3 files"


def test_one_of_several_that_can_show_a_promise_is_enough() -> None:
    steps = [looking("vulnerabilities", absent="no database"), looking("vulnerabilities", name="other")]
    assert judge_gate(steps, rules_for()).verdict is Verdict.PASSED
    both = [*steps, looking("the image", absent="no docker", name="build")]
    assert judge_gate(both, rules_for()).verdict is Verdict.NOT_RUN


def test_what_a_change_does_not_touch_keeps_its_promise() -> None:
    steps = [(values.planned(), values.evidence()), looking("the image", absent="nothing changed", code="unaffected")]
    assert judge_gate(steps, rules_for()).verdict is Verdict.PASSED


def test_a_limit_of_what_could_not_be_looked_at_makes_nobody_unsure() -> None:
    rules = rules_for(policy=gate_policy(Severity.LOW, Limit(measure="container.size", value=1)))
    steps = [(values.planned(), values.evidence()), looking("the image", absent="no docker")]
    assert judge_gate(steps, rules).verdict is Verdict.NOT_RUN


def test_a_failure_outranks_what_nobody_could_look_for() -> None:
    steps = [
        (values.planned(), values.evidence(findings=(values.finding(),))),
        looking("the image", absent="no docker"),
    ]
    assert judge_gate(steps, rules_for()).verdict is Verdict.FAILED
