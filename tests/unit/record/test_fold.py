from __future__ import annotations

from dataclasses import fields, replace

import pytest

from kit import documents
from onward.errors import RecordError
from onward.model.document import Document, FindingEntry, GateEntry, MeasureEntry, StepEntry
from onward.model.event import Event, GateJudged, RunFailed, RunFinished, StepFinished, StepJudged, StepStarted
from onward.model.evidence import Reason
from onward.model.verdict import Ruling, Status, Verdict
from onward.record.fold import fold

EVENTS = documents.events()
END = EVENTS[-1]
assert isinstance(END, RunFinished)


def until(count: int) -> tuple[Event, ...]:
    return EVENTS[:count]


def test_the_document_has_exactly_the_published_keys() -> None:
    def keys(kind: type) -> str:
        return " ".join(field.name for field in fields(kind))

    assert keys(Document) == (
        "schema onward run prefix profile started_at duration_s verdict reason exit_code policy jobs notes tighten revision"
        " platform error gates steps"
    )
    assert keys(GateEntry) == "gate title verdict reason steps looked_at measures findings proof"
    assert keys(StepEntry) == (
        "id gate check matrix after verdict reason started_at duration_s cpu_s attempts cache tools services"
        " looked_at measures findings tests notes log_tail artifacts"
    )
    assert keys(MeasureEntry) == "name scope value unit better limit limit_from holds"
    assert keys(FindingEntry) == (
        "rule tool message severity subject path line column end_line end_column commit fingerprint"
        " status blocks waiver url fix"
    )


def test_gates_and_steps_come_from_the_plan_and_in_its_order() -> None:
    told = fold(EVENTS)
    assert [(gate.gate, str(gate.verdict)) for gate in told.gates] == [
        ("lint", "failed"),
        ("tests", "passed"),
        ("coverage", "failed"),
        ("migrations", "unverified"),
        ("dependencies", "failed"),
        ("contract", "not_run"),
        ("e2e", "not_run"),
    ]
    assert told.gates[-1].reason.code == "need-absent"
    assert [step.id for step in told.steps] == [step.step for step in documents.STEPS]


def test_findings_of_a_step_stand_as_the_gate_ruled() -> None:
    lint = fold(EVENTS).steps[0]
    assert [finding.status for finding in lint.findings] == ["new", "new", "new", "new", "known", "waived"]
    assert lint.findings[-1].waiver == "W-1 <b>"


@pytest.mark.parametrize("count", range(1, len(EVENTS)))
def test_a_run_without_its_end_is_never_green(count: int) -> None:
    told = fold(until(count))
    assert (told.verdict, told.exit_code) == (Verdict.UNVERIFIED, 3)
    assert told.error is not None
    assert told.error.kind == "unfinished"
    assert {gate.gate for gate in told.gates} == {gate.gate for gate in fold(EVENTS).gates}
    assert told.duration_s >= 0


def test_the_duration_of_a_run_without_its_end_is_what_is_known() -> None:
    assert fold(until(1)).duration_s == 0
    assert fold((*until(1), StepStarted(step="lint/flake8", at="2026-11-21T08:48:50+00:00"))).duration_s == 9
    assert fold(until(5)).duration_s == 2.25


def test_a_run_that_failed_says_why() -> None:
    told = fold((*until(3), RunFailed(kind="interrupted", message="Ctrl-C", where="", hint="again", exit_code=130)))
    assert (told.verdict, told.exit_code) == (Verdict.UNVERIFIED, 130)
    assert told.error is not None
    assert (told.error.kind, told.error.hint) == ("interrupted", "again")


def green(*left_out: type[Event]) -> tuple[Event, ...]:
    """Return the example with another end, and without the events of some types."""
    assert isinstance(END, RunFinished)
    told = tuple(event for event in EVENTS[:-1] if not isinstance(event, left_out))
    return (*told, replace(END, exit_code=0, verdict=Verdict.PASSED))


@pytest.mark.parametrize("kind", [GateJudged, StepJudged])
def test_planned_but_not_reported_is_not_green(kind: type[Event]) -> None:
    told = fold(green(kind))
    assert (told.verdict, told.exit_code) == (Verdict.UNVERIFIED, 3)
    reasons = {gate.reason.code for gate in told.gates} | {step.reason.code for step in told.steps}
    assert "unreported" in reasons


def test_everything_reported_may_be_green() -> None:
    told = fold(green())
    assert (told.verdict, told.exit_code, told.error) == (Verdict.PASSED, 0, None)


def test_a_judgement_of_what_nobody_found_is_damage() -> None:
    with pytest.raises(RecordError, match="gate lint refers to a finding that no step reported"):
        fold(green(StepFinished))


def test_a_fault_under_several_matrix_values_stands_in_each_step_as_the_gate_ruled_once() -> None:
    twice = (documents.FLAKY, replace(documents.FLAKY, message="x"))
    told: list[Event] = [documents.started()]
    told.extend(
        StepFinished(step=step, evidence=replace(documents.TESTS_311, step=step, findings=twice))
        for step in ("tests/pytest@3.9", "tests/pytest@3.11")
    )
    rulings = tuple(
        Ruling(
            step="tests/pytest@3.11",
            index=index,
            status=status,
            blocks=status is Status.NEW,
            also=(("tests/pytest@3.9", index),),
        )
        for index, status in enumerate((Status.KNOWN, Status.NEW))
    )
    told.append(GateJudged(result=replace(documents.GATES[1], rulings=rulings)))
    steps = [step for step in fold(told).steps if step.gate == "tests"]
    assert [[finding.status for finding in step.findings] for step in steps] == [[Status.KNOWN, Status.NEW]] * 2


def test_events_without_a_beginning_are_no_run() -> None:
    with pytest.raises(RecordError, match="no start event"):
        fold(EVENTS[1:])


def test_the_document_says_what_each_report_shows() -> None:
    told = fold(EVENTS)
    lint, coverage = told.gates[0], told.gates[2]
    assert [finding.blocks for finding in lint.findings] == [True, True, True, False, False, False]
    assert lint.findings[3].status is Status.NEW
    assert lint.title == "Lint"
    assert [look.count for look in told.gates[1].looked_at] == [5]
    assert [(measure.holds, measure.limit_from) for measure in coverage.measures] == [
        (False, "ratchet"),
        (True, "threshold"),
        (None, None),
    ]
    merge = next(step for step in told.steps if step.id == "coverage/merge")
    assert merge.after == ("tests/pytest@3.9", "tests/pytest@3.11")
    assert merge.cpu_s == 0.54
    assert [len(step.tests) for step in told.steps if step.gate == "tests"] == [4, 1]
    assert told.jobs == 2
    assert told.tighten == ("coverage: branch coverage may rise from 50 to 58.04",)
    assert told.reason.text == "3 of 7 gates failed"
    assert fold(until(2)).reason == Reason(code="unfinished", text="the run ended before onward judged this")


def test_what_no_gate_ruled_on_does_not_block() -> None:
    step = next(step for step in fold(until(5)).steps if step.id == "lint/flake8")
    assert {(finding.status, finding.blocks) for finding in step.findings} == {(Status.NEW, False)}


def test_a_step_says_what_its_services_noted() -> None:
    walk = next(step for step in fold(EVENTS).steps if step.id == "migrations/walk")
    assert walk.notes == ("postgres: 18 ran where 15 was asked for",)


def test_odd_file_names_do_not_reach_the_document() -> None:
    odd = replace(documents.UNUSED, place=replace(documents.UNUSED.place, path="app/\udcff.py"))
    evidence = replace(documents.LINT, findings=(odd,))
    told = fold((EVENTS[0], StepFinished(step="lint/flake8", evidence=evidence)))
    assert told.steps[0].findings[0].path == "app/\\udcff.py"
