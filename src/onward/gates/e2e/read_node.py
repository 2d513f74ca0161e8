"""What `@playwright/test` says of its journeys, as JSON of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from onward.model.evidence import LookedAt, Problem, Reading, TestCase, TestOutcome
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers.decode import decode

REPORT = "report.json"
_OUTCOMES = {
    "passed": TestOutcome.PASSED,
    "failed": TestOutcome.FAILED,
    "timedOut": TestOutcome.FAILED,
    "interrupted": TestOutcome.ERROR,
    "skipped": TestOutcome.SKIPPED,
}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class _Error(msgspec.Struct, frozen=True):
    message: str


class _Result(msgspec.Struct, frozen=True):
    status: Literal["passed", "failed", "timedOut", "interrupted", "skipped"]
    duration: float
    errors: tuple[_Error, ...]


class _Test(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    expected_status: str
    project_name: str
    results: tuple[_Result, ...]

    def outcome(self) -> TestOutcome:
        if self.status == "skipped" or not self.results:
            return TestOutcome.SKIPPED
        if self.status == "expected" and self.expected_status == "failed":
            return TestOutcome.XFAILED
        return _OUTCOMES[self.results[-1].status] if self.status in ("expected", "flaky") else TestOutcome.FAILED


class _Spec(msgspec.Struct, frozen=True):
    title: str
    file: str
    line: int
    tests: tuple[_Test, ...]


class _Suite(msgspec.Struct, frozen=True):
    """A file's own suite has no title of its own."""

    title: str
    file: str
    specs: tuple[_Spec, ...] = ()
    suites: tuple[_Suite, ...] = ()


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    left_out: tuple[str, ...] = ()


class _Config(msgspec.Struct, frozen=True, rename="camel"):
    root_dir: str
    metadata: _Metadata


class _Stats(msgspec.Struct, frozen=True):
    duration: float


class _Report(msgspec.Struct, frozen=True):
    config: _Config
    suites: tuple[_Suite, ...]
    errors: tuple[_Error, ...]
    stats: _Stats


def reading(outputs: Outputs, context: ReadContext) -> Reading:
    """Return each journey with its attempts; ReadError when the report is not one of Playwright's."""
    report = decode(outputs, REPORT, _Report)
    root, skipped = context.relative(report.config.root_dir + "/"), report.config.metadata.left_out
    found = [journey for suite in report.suites for journey in _journeys(suite, root, ())]
    executed = [test for test, _ in found if test.outcome is not TestOutcome.SKIPPED]
    return Reading(
        looked_at=(LookedAt(what="journeys taken", count=len(executed)),),
        findings=tuple(finding for test, message in found for finding in _findings(test, message)),
        measures=(
            Measure(name="tests.count", value=len(found), unit="tests", better=Better.HIGHER),
            Measure(name="tests.duration", value=report.stats.duration / 1000, unit="s", better=Better.LOWER),
        ),
        tests=tuple(test for test, _ in found),
        problems=tuple(_problems(report)),
        notes=(f"skipped projects for other browsers: {', '.join(skipped)}",) if skipped else (),
    )


def _journeys(suite: _Suite, root: str, above: tuple[str, ...]) -> Iterator[tuple[TestCase, str]]:
    """Yield the tests below `suite`, each with the message of its last failure; a file's own suite has no title."""
    titles = (*above, suite.title) if suite.title != suite.file else above
    for spec in suite.specs:
        for test in spec.tests:
            yield _test(spec, test, root, (*titles, spec.title))
    for inner in suite.suites:
        yield from _journeys(inner, root, titles)


def _test(spec: _Spec, test: _Test, root: str, titles: tuple[str, ...]) -> tuple[TestCase, str]:
    path = root + spec.file
    messages = [error.message for result in test.results for error in result.errors]
    node_id = f"{path}::{' > '.join(titles)} [{test.project_name}]"
    case = TestCase(
        node_id=node_id,
        outcome=test.outcome(),
        duration_s=sum(result.duration for result in test.results) / 1000,
        attempts=tuple(_OUTCOMES[result.status] for result in test.results),
        path=path,
        line=spec.line,
    )
    return case, _COLOURS.sub("", messages[-1]).strip() if messages else ""


def _findings(test: TestCase, message: str) -> Iterator[Finding]:
    if test.outcome in (TestOutcome.FAILED, TestOutcome.ERROR):
        yield _finding("test-failed", f"{test.node_id}: {message[:600]}", test, Severity.HIGH)
    if len(set(test.attempts)) > 1:
        tries = ", ".join(test.attempts)
        yield _finding("flaky", f"{test.node_id} is flaky on the same files: {tries}", test, Severity.MEDIUM)


def _finding(rule: str, message: str, test: TestCase, severity: Severity) -> Finding:
    place = Place(path=test.path, line=test.line)
    return Finding(rule=rule, tool="playwright", message=message, severity=severity, place=place, subject=test.node_id)


def _problems(report: _Report) -> Iterator[Problem]:
    for error in report.errors:
        first = (_COLOURS.sub("", error.message).strip().splitlines() or [""])[0]
        yield Problem(code="collection-error", text=f"Playwright stopped: {first}")
