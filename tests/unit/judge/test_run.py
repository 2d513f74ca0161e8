from __future__ import annotations

from datetime import date

from kit import values
from onward.judge.run import Judge
from onward.model.event import PlannedStep
from onward.model.evidence import Evidence, Reason
from onward.model.verdict import Verdict


def judge(*steps: PlannedStep) -> tuple[Judge, dict[str, Evidence]]:
    announced = values.announced(*steps)
    evidence = {step.id: values.evidence(step.id) for step in steps}
    return Judge(announced, announced.policy, announced.ledgers, date(2026, 5, 1)), evidence


def test_all_passed() -> None:
    court, evidence = judge(values.planned("lint/a"), values.planned("types/b"))
    assert court.run(evidence).verdict is Verdict.PASSED


def test_failed_outranks_unverified() -> None:
    court, evidence = judge(values.planned("lint/a"), values.planned("types/b"))
    evidence["lint/a"] = values.evidence("lint/a", findings=(values.finding(),))
    evidence["types/b"] = values.evidence("types/b", error=Reason(code="signal", text="killed"))
    judgement = court.run(evidence)
    assert judgement.verdict is Verdict.FAILED
    assert [gate.verdict for gate in judgement.gates] == [Verdict.FAILED, Verdict.UNVERIFIED]


def test_a_planned_step_that_was_never_executed_is_unverified() -> None:
    court, evidence = judge(values.planned("lint/a"), values.planned("types/b"))
    del evidence["types/b"]
    judgement = court.run(evidence)
    assert (judgement.verdict, judgement.gates[1].reason.code) == (Verdict.UNVERIFIED, "not-executed")


def test_an_executed_step_that_nobody_planned_fails_the_run() -> None:
    court, evidence = judge(values.planned("lint/a"))
    evidence["stray/x"] = values.evidence("stray/x")
    assert court.run(evidence).reason.code == "not-declared"


def test_nothing_passed_is_unverified() -> None:
    court, evidence = judge(values.planned("lint/a"))
    evidence["lint/a"] = values.evidence("lint/a", skipped=Reason(code="need-absent", text="no docker"), looked_at=())
    assert court.run(evidence).reason.code == "nothing-passed"


def test_a_step_waits_for_those_it_needs() -> None:
    late = values.planned("e2e/x", after=("lint/a",))
    court, evidence = judge(values.planned("lint/a"), late)
    assert court.may_run(late.id, evidence) is None
    evidence["lint/a"] = values.evidence("lint/a", findings=(values.finding(),))
    reason = court.may_run(late.id, evidence)
    assert reason is not None
    assert reason.text == "lint/a did not pass (failed)"


def test_a_step_does_not_wait_for_what_this_machine_cannot_run_and_nobody_demands() -> None:
    absent = Reason(code="need-absent", text="no 3.9")
    for required, held_back in ((False, False), (True, True)):
        late = values.planned("e2e/x", after=("tests/a", "tests/b"))
        court, evidence = judge(
            values.planned("tests/a"), values.planned("tests/b", skip_reason=absent, required=required), late
        )
        evidence["tests/b"] = values.evidence("tests/b", skipped=absent)
        assert (court.may_run(late.id, evidence) is not None) is held_back


def test_a_step_left_out_because_another_failed_holds_back_what_comes_after_it() -> None:
    late = values.planned("e2e/x", after=("tests/a",))
    court, evidence = judge(values.planned("tests/a"), late)
    evidence["tests/a"] = values.evidence("tests/a", skipped=Reason(code="needed-step-did-not-pass", text="lint/a"))
    assert court.may_run(late.id, evidence) is not None


def test_what_feeds_a_step_may_be_left_out_but_not_all_of_it() -> None:
    skipped = Reason(code="need-absent", text="no 3.9")
    taker = values.planned("coverage/x", feeds=("tests/a", "tests/b"))
    court, evidence = judge(values.planned("tests/a"), values.planned("tests/b"), taker)
    evidence["tests/a"] = values.evidence("tests/a", skipped=skipped)
    assert court.may_run(taker.id, evidence) is None
    evidence["tests/b"] = values.evidence("tests/b", skipped=skipped)
    assert court.may_run(taker.id, evidence) is not None
