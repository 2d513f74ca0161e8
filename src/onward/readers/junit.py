"""JUnit XML: tests, how they ended, and whether the file holds as many as it announces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers import expat

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Problem, Reading, TestCase, TestOutcome
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import ReadContext

_NAME = "junit.xml"
_FAILURES = {TestOutcome.FAILED: "test-failed", TestOutcome.ERROR: "test-error"}


def read(data: bytes, context: ReadContext) -> Reading:
    """Return the tests of a report; ReadError when it is not JUnit XML. All skipped counts as nothing executed."""
    root = _parse(data)
    if root.tag not in {"testsuites", "testsuite"}:
        raise ReadError(f"the outermost element is <{root.tag}>, not <testsuites> or <testsuite>", where=_NAME)
    cases = list(root.iter("testcase"))
    tests = tuple(_test(case, context) for case in cases)
    executed = sum(1 for test in tests if test.outcome is not TestOutcome.SKIPPED)
    return Reading(
        looked_at=(LookedAt(what="tests executed", count=executed),),
        findings=tuple(_finding(test) for test in tests if test.outcome in _FAILURES),
        tests=tests,
        problems=tuple(_problems(root, len(cases))),
    )


def _parse(data: bytes) -> Element:
    """Build the tree. A document type is refused: entities can be made to grow without end or to read files."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, ParseError, AssertionError) as error:
        raise ReadError(f"it is not well-formed XML ({error})", where=_NAME) from error


def _refuse(*_: object) -> NoReturn:
    raise ReadError("it declares a document type, which test reports may not contain", where=_NAME)


def _test(case: Element, context: ReadContext) -> TestCase:
    outcome, reason = _outcome(case)
    path, line = case.get("file"), case.get("line", "")
    return TestCase(
        node_id=_node_id(case),
        outcome=outcome,
        duration_s=_seconds(case.get("time", "0")),
        reason=reason,
        path=context.relative(path) if path else None,
        line=int(line) if line.isdigit() else None,
    )


def _node_id(case: Element) -> str:
    name = case.get("name")
    if not name:
        raise ReadError("a test has no name", where=_NAME)
    within = case.get("classname") or case.get("file") or ""
    return f"{within}::{name}" if within else name


def _outcome(case: Element) -> tuple[TestOutcome, str]:
    for tag, outcome in (
        ("error", TestOutcome.ERROR),
        ("failure", TestOutcome.FAILED),
        ("skipped", TestOutcome.SKIPPED),
    ):
        found = case.find(tag)
        if found is not None:
            return outcome, (found.get("message") or found.text or "").strip()
    return TestOutcome.PASSED, ""


def _seconds(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError as error:
        raise ReadError(f"{text!r} is not a duration in seconds", where=_NAME) from error


def _finding(test: TestCase) -> Finding:
    first = test.reason.splitlines()[0] if test.reason else "no reason"
    return Finding(
        rule=_FAILURES[test.outcome],
        tool="junit",
        message=f"{test.node_id}: {first}",
        severity=Severity.HIGH,
        place=Place(path=test.path, line=test.line),
        subject=test.node_id,
    )


def _problems(root: Element, cases: int) -> Iterator[Problem]:
    suites = [suite for suite in root.iter("testsuite") if suite.find("testsuite") is None]
    announced = sum(_number(suite, "tests") for suite in suites)
    if announced > cases:
        yield Problem(code="tests-missing", text=f"the report announces {announced} tests and contains {cases}")
    failed = sum(_number(suite, "errors") + _number(suite, "failures") for suite in suites)
    shown = sum(1 for case in root.iter("testcase") if _outcome(case)[0] in _FAILURES)
    if failed > shown:
        yield Problem(code="failures-missing", text=f"the report announces {failed} failures and contains {shown}")


def _number(suite: Element, name: str) -> int:
    text = suite.get(name, "0")
    return int(text) if text.isdigit() else 0


def failure_texts(data: bytes) -> tuple[tuple[str, str], ...]:
    """Return the name of each test that failed with the whole text of its failures; ReadError as `read`."""
    cases = _parse(data).iter("testcase")
    texts = ((case.get("name", ""), "\n".join(found.text or "" for found in case.iter("failure"))) for case in cases)
    return tuple((name, text) for name, text in texts if text)
