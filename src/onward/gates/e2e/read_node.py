"""What `@playwright/test` says of its journeys, as JSON of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Problem, Reading, TestCase, TestOutcome
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure

REPORT = "report.json"
_OUTCOMES = {
    "passed": TestOutcome.PASSED,
    "failed": TestOutcome.FAILED,
    "timedOut": TestOutcome.FAILED,
    "interrupted": TestOutcome.ERROR,
    "skipped": TestOutcome.SKIPPED,
}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def reading(outputs: Outputs, context: ReadContext) -> Reading:
    """Return each journey with its attempts; ReadError when the report is not one of Playwright's."""
    report = outputs.json(REPORT)
    try:
        root = context.relative(report["config"]["rootDir"] + "/")
        found = [one for suite in report["suites"] for one in _journeys(suite, root, ())]
        problems = tuple(_problems(report))
        skipped = tuple(str(name) for name in report["config"]["metadata"].get("leftOut", ()))
        duration = float(report["stats"]["duration"]) / 1000
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReadError(f"{REPORT} is not what Playwright writes ({error!r})", where=REPORT) from error
    executed = [test for test, _ in found if test.outcome is not TestOutcome.SKIPPED]
    return Reading(
        looked_at=(LookedAt(what="journeys taken", count=len(executed)),),
        findings=tuple(finding for test, message in found for finding in _findings(test, message)),
        measures=(
            Measure(name="tests.count", value=len(found), unit="tests", better=Better.HIGHER),
            Measure(name="tests.duration", value=duration, unit="s", better=Better.LOWER),
        ),
        tests=tuple(test for test, _ in found),
        problems=problems,
        notes=(f"projects for other browsers are not taken: {', '.join(skipped)}",) if skipped else (),
    )


def _journeys(suite: Mapping[str, Any], root: str, above: tuple[str, ...]) -> Iterator[tuple[TestCase, str]]:
    """Yield the tests below `suite`, each with the message of its last failure; a file's own suite has no title."""
    titles = (*above, suite["title"]) if suite["title"] != suite["file"] else above
    for spec in suite.get("specs", ()):
        for test in spec["tests"]:
            yield _test(spec, test, root, (*titles, spec["title"]))
    for inner in suite.get("suites", ()):
        yield from _journeys(inner, root, titles)


def _test(spec: Mapping[str, Any], test: Mapping[str, Any], root: str, titles: tuple[str, ...]) -> tuple[TestCase, str]:
    path = root + spec["file"]
    attempts = tuple(_OUTCOMES[result["status"]] for result in test["results"])
    messages = [error["message"] for result in test["results"] for error in result["errors"]]
    node_id = f"{path}::{' > '.join(titles)} [{test['projectName']}]"
    case = TestCase(
        node_id=node_id,
        outcome=_outcome(test, attempts),
        duration_s=sum(float(result["duration"]) for result in test["results"]) / 1000,
        attempts=attempts,
        path=path,
        line=int(spec["line"]),
    )
    return case, _COLOURS.sub("", messages[-1]).strip() if messages else ""


def _outcome(test: Mapping[str, Any], attempts: tuple[TestOutcome, ...]) -> TestOutcome:
    if test["status"] == "skipped" or not attempts:
        return TestOutcome.SKIPPED
    if test["status"] == "expected" and test["expectedStatus"] == "failed":
        return TestOutcome.XFAILED
    return attempts[-1] if test["status"] in ("expected", "flaky") else TestOutcome.FAILED


def _findings(test: TestCase, message: str) -> Iterator[Finding]:
    if test.outcome in (TestOutcome.FAILED, TestOutcome.ERROR):
        yield _finding("test-failed", f"{test.node_id}: {message[:600]}", test, Severity.HIGH)
    if len(set(test.attempts)) > 1:
        tries = ", ".join(test.attempts)
        yield _finding("flaky", f"{test.node_id} ended differently on the same tree: {tries}", test, Severity.MEDIUM)


def _finding(rule: str, message: str, test: TestCase, severity: Severity) -> Finding:
    place = Place(path=test.path, line=test.line)
    return Finding(rule=rule, tool="playwright", message=message, severity=severity, place=place, subject=test.node_id)


def _problems(report: Mapping[str, Any]) -> Iterator[Problem]:
    for error in report["errors"]:
        first = (_COLOURS.sub("", error["message"]).strip().splitlines() or [""])[0]
        yield Problem(code="collection-error", text=f"Playwright stopped: {first}")
