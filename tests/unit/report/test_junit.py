from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kit import documents
from onward.model.evidence import Reason, TestCase, TestOutcome
from onward.model.verdict import Verdict
from onward.report.junit import render

DOCUMENT = documents.document()
ANYTHING = st.text(st.characters(exclude_categories=()))


def suites() -> dict[str, ET.Element]:
    return {suite.attrib["name"]: suite for suite in ET.fromstring(render(DOCUMENT))}


def kinds(suite: ET.Element) -> list[tuple[str, str]]:
    return [(case.attrib["name"], next((child.tag for child in case), "passed")) for case in suite.findall("testcase")]


def test_suites_are_gates_and_cases_are_tests_or_checks() -> None:
    told = suites()
    assert list(told) == ["lint", "tests", "coverage", "migrations", "dependencies", "contract", "e2e"]
    assert kinds(told["lint"]) == [("flake8", "failure")]
    assert kinds(told["coverage"]) == [("merge", "passed"), ("gate", "failure")]
    assert kinds(told["migrations"]) == [("walk", "error")]
    assert kinds(told["contract"]) == [("schema", "skipped")]
    assert kinds(told["e2e"]) == [("gate", "skipped")]
    assert [kind for _, kind in kinds(told["tests"])] == ["passed", "skipped", "skipped", "skipped", "passed"]


def test_counts_are_of_the_cases() -> None:
    root = ET.fromstring(render(DOCUMENT))
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == sum(case.find("failure") is not None for case in cases)
        assert int(suite.attrib["errors"]) == sum(case.find("error") is not None for case in cases)
        assert int(suite.attrib["skipped"]) == sum(case.find("skipped") is not None for case in cases)
    assert int(root.attrib["tests"]) == sum(int(suite.attrib["tests"]) for suite in root)


def test_a_flaky_test_is_no_failure_while_it_is_quarantined() -> None:
    flaky = suites()["tests"].find(".//testcase[@name='tests/test_a.py::test_flaky']/skipped")
    assert flaky is not None
    assert flaky.attrib["message"].startswith("quarantined: AssertionError")


def test_a_step_that_broke_after_some_tests_is_an_error_too() -> None:
    steps = tuple(
        replace(step, verdict=Verdict.UNVERIFIED, reason=Reason(code="timeout", text="took too long"))
        if step.id == "tests/pytest@3.11"
        else step
        for step in DOCUMENT.steps
    )
    root = ET.fromstring(render(replace(DOCUMENT, steps=steps)))
    error = root.find("./testsuite[@name='tests']/testcase[@name='pytest']/error")
    assert error is not None
    assert error.attrib["message"] == "took too long"


@given(ANYTHING, ANYTHING)
def test_any_text_makes_well_formed_xml(name: str, reason: str) -> None:
    test = TestCase(node_id=name, outcome=TestOutcome.FAILED, duration_s=0.1, reason=reason)
    steps = (replace(DOCUMENT.steps[0], tests=(test,)), *DOCUMENT.steps[1:])
    root = ET.fromstring(render(replace(DOCUMENT, steps=steps)).encode())
    assert root.find("./testsuite[@name='lint']/testcase/failure") is not None


def test_a_check_lists_a_hundred_findings_and_counts_the_others() -> None:
    step = replace(DOCUMENT.steps[0], findings=DOCUMENT.steps[0].findings[:1] * 130)
    root = ET.fromstring(render(replace(DOCUMENT, steps=(step,))))
    failure = root.find("./testsuite[@name='lint']/testcase/failure")
    assert failure is not None
    assert (failure.text or "").splitlines()[-1] == "and 30 more"
