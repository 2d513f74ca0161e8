"""JUnit XML: a suite a gate; its tests as cases where there are any, else a case a check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from onward.model.document import Document, ErrorEntry, FindingEntry, GateEntry, StepEntry
from onward.model.evidence import Reason, TestCase, TestOutcome
from onward.model.verdict import Status, Verdict
from onward.report import gate_view, text

SHOWN = 100
_KINDS = {Verdict.PASSED: "", Verdict.FAILED: "failure", Verdict.UNVERIFIED: "error", Verdict.NOT_RUN: "skipped"}
_OUTCOMES = {
    TestOutcome.PASSED: "",
    TestOutcome.XPASSED: "",
    TestOutcome.FAILED: "failure",
    TestOutcome.ERROR: "error",
    TestOutcome.SKIPPED: "skipped",
    TestOutcome.XFAILED: "skipped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One test case: `kind` is failure, error, skipped or empty for passed."""

    name: str
    classname: str
    seconds: float
    kind: str = ""
    message: str = ""
    body: str = ""


def render(document: Document) -> str:
    """Return the document as JUnit XML. What is unverified is an error, what did not run is skipped."""
    suites = [(gate, tuple(_cases(document, gate))) for gate in document.gates]
    if document.error is not None:
        suites.append(_error_suite(document.error))
    every = tuple(case for _, cases in suites for case in cases)
    head = f"<testsuites {_attributes(name='onward', **_counts(every), time=f'{document.duration_s:.3f}')}>"
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head]
    for gate, cases in suites:
        lines.extend(_suite(document, gate, cases))
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _error_suite(error: ErrorEntry) -> tuple[GateEntry, tuple[_Case, ...]]:
    reason = Reason(code=error.kind, text=error.message)
    suite = GateEntry(gate="onward", title="onward", verdict=Verdict.UNVERIFIED, reason=reason)
    body = "\n".join(part for part in (error.where, error.hint) if part)
    return suite, (
        _Case(name=error.kind, classname="onward", seconds=0, kind="error", message=error.message, body=body),
    )


def _suite(document: Document, gate: GateEntry, cases: tuple[_Case, ...]) -> Iterator[str]:
    steps = gate_view.steps_of(document, gate)
    spent = sum(step.duration_s for step in steps)
    stamp = {"timestamp": document.started_at} if document.started_at else {}
    yield f"  <testsuite {_attributes(name=gate.gate, **_counts(cases), time=f'{spent:.3f}', **stamp)}>"
    properties = dict(_properties(steps))
    if properties:
        yield "    <properties>"
        for name, value in properties.items():
            yield f"      <property {_attributes(name=name, value=value)}/>"
        yield "    </properties>"
    for case in cases:
        yield from _case(case)
    yield "  </testsuite>"


def _properties(steps: tuple[StepEntry, ...]) -> Iterator[tuple[str, str]]:
    for step in steps:
        for tool in step.tools:
            yield f"tool.{tool.name}", f"{tool.version} ({tool.source})"
        for service in step.services:
            yield f"service.{service.name}", f"{service.ran} ({service.provider}), asked for {service.asked}"


def _case(case: _Case) -> Iterator[str]:
    opening = f"    <testcase {_attributes(name=case.name, classname=case.classname, time=f'{case.seconds:.3f}')}"
    if not case.kind:
        yield opening + "/>"
        return
    yield opening + ">"
    body = f">{_safe(case.body)}</{case.kind}>" if case.body else "/>"
    yield f"      <{case.kind} {_attributes(message=text.clip(case.message, 1000))}{body}"
    yield "    </testcase>"


def _cases(document: Document, gate: GateEntry) -> Iterator[_Case]:
    kinds = set()
    for step in gate_view.steps_of(document, gate):
        for case in _of_step(step, gate):
            kinds.add(case.kind)
            yield case
    if _KINDS[gate.verdict] in kinds or (gate.verdict is Verdict.PASSED and kinds):
        return
    # The judgement over all steps differs from what each shows alone: a limit, an expired waiver, nothing that ran.
    yield _of_verdict(gate, gate.findings, classname=gate.gate, name="gate", seconds=0)


def _of_step(step: StepEntry, gate: GateEntry) -> Iterator[_Case]:
    excused = {finding.subject: finding for finding in gate.findings if finding.status is not Status.NEW}
    for test in step.tests:
        yield _of_test(test, step, excused.get(test.node_id))
    if not step.tests or step.verdict is Verdict.UNVERIFIED:
        yield _of_verdict(step, step.findings, classname=step.id, name=step.check, seconds=step.duration_s)


def _of_test(test: TestCase, step: StepEntry, skip_reason: FindingEntry | None) -> _Case:
    kind, message = _OUTCOMES[test.outcome], test.reason or str(test.outcome)
    if skip_reason is not None and kind in {"failure", "error"}:
        kind, message = "skipped", f"{skip_reason.status}: {message}"
    elif test.outcome is TestOutcome.XFAILED:
        message = f"expected to fail: {test.reason}"
    return _Case(name=test.node_id, classname=step.id, seconds=test.duration_s, kind=kind, message=message)


def _of_verdict(
    judged: GateEntry | StepEntry, findings: tuple[FindingEntry, ...], *, classname: str, name: str, seconds: float
) -> _Case:
    new = gate_view.worst_first(finding for finding in findings if finding.status is Status.NEW)
    lines = [f"{text.place(each)} {each.severity} {each.rule}: {each.message}" for each in new[:SHOWN]]
    if len(new) > SHOWN:
        lines.append(f"and {len(new) - SHOWN} more")
    return _Case(
        name=name,
        classname=classname,
        seconds=seconds,
        kind=_KINDS[judged.verdict],
        message=judged.reason.text,
        body="\n".join(lines) if judged.verdict is Verdict.FAILED else "",
    )


def _counts(cases: tuple[_Case, ...]) -> dict[str, str]:
    def of(kind: str) -> str:
        return str(sum(case.kind == kind for case in cases))

    return {"tests": str(len(cases)), "failures": of("failure"), "errors": of("error"), "skipped": of("skipped")}


def _attributes(**values: str) -> str:
    return " ".join(f'{name}="{_safe(value)}"' for name, value in values.items())


def _safe(value: str) -> str:
    return escape(text.visible(value)).replace("\n", "&#10;").replace("\ufffe", "").replace("\uffff", "")
