"""pytest's own report of every collected test, as the guest program `report_tests` writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Problem, Reading, TestCase, TestOutcome
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs
from onward.model.measure import Better, Measure
from onward.readers import jsonlines

REPORT = "tests.jsonl"
_FAILURES = (TestOutcome.FAILED, TestOutcome.ERROR)


def read(outputs: Outputs) -> Report:
    """Return the report; ReadError when it is truncated or not one of ours."""
    lines = jsonlines.objects(outputs, REPORT)
    header, end = (lines[0], lines[-1]) if lines else ({}, {})
    if header.get("kind") != "header" or end.get("kind") != "end" or end.get("lines") != len(lines) - 1:
        raise ReadError(f"{REPORT} is incomplete: pytest did not end in an orderly way", where=REPORT)
    try:
        tests = tuple(_test(line) for line in lines if line["kind"] == "test")
        code = outputs.exits[-1] if outputs.exits else None
        return Report(header=header, end=end, lines=lines[1:-1], tests=tests, exit=code)
    except (KeyError, ValueError, TypeError) as error:
        raise ReadError(f"{REPORT} is not what the reporter writes ({error!r})", where=REPORT) from error


def _test(line: Mapping[str, Any]) -> TestCase:
    return TestCase(
        node_id=line["id"],
        outcome=TestOutcome(line["outcome"]),
        duration_s=float(line["duration_s"]),
        attempts=tuple(TestOutcome(attempt) for attempt in line["attempts"]),
        reason=line["reason"],
        path=line["path"],
        line=line["line"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What pytest did: every test, what else was noticed on the way, and the exit code of the process."""

    header: Mapping[str, Any]
    end: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...]
    tests: tuple[TestCase, ...]
    exit: int | None

    def of(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        """Return the lines of one kind."""
        return tuple(line for line in self.lines if line["kind"] == kind)


def reading(report: Report, *, expected: int | None, config_findings: bool) -> Reading:
    """Return the facts: `expected` is the least number of executed tests, None at least one.

    `config_findings` is for one gate only, so that one mistake is not two findings.
    """
    executed = [test for test in report.tests if test.outcome is not TestOutcome.SKIPPED]
    config = _config(report) if config_findings else ()
    return Reading(
        looked_at=(LookedAt(what="tests executed", count=len(executed), expected=expected),),
        findings=(*_failed(report), *_flaky(report), *_never_run(report), *config),
        measures=_measures(report),
        tests=report.tests + tuple(_skipped_modules(report)),
        problems=tuple(_problems(report)),
        notes=tuple(_notes(report)),
    )


def _failed(report: Report) -> Iterator[Finding]:
    messages = {line["id"]: line["message"] for line in report.of("test")}
    for test in report.tests:
        if test.outcome in _FAILURES:
            rule = "test-failed" if test.outcome is TestOutcome.FAILED else "test-error"
            yield _finding(rule, f"{test.node_id}: {messages[test.node_id]}", test, Severity.HIGH)


def _flaky(report: Report) -> Iterator[Finding]:
    for test in report.tests:
        if len(set(test.attempts)) > 1:
            tries = ", ".join(test.attempts)
            yield _finding(
                "flaky", f"{test.node_id} ended differently on the same tree: {tries}", test, Severity.MEDIUM
            )


def _finding(rule: str, message: str, test: TestCase, severity: Severity) -> Finding:
    place = Place(path=test.path, line=test.line)
    return Finding(rule=rule, tool="pytest", message=message, severity=severity, place=place, subject=test.node_id)


def _never_run(report: Report) -> Iterator[Finding]:
    for line in report.of("dropped"):
        node_id = line["id"]
        message = f"{node_id} is collected, but the project's own options leave it out: no gate runs it"
        place = Place(path=node_id.partition("::")[0])
        yield Finding(
            rule="never-run", tool="pytest", message=message, severity=Severity.MEDIUM, place=place, subject=node_id
        )


_CONFIG = {
    "unread-option": "nothing reads the option {name}: is the plugin that it belongs to missing?",
    "missing-test-path": "the test path {name} does not exist",
    "ignored-path": "{name} is left out of every test run by the project's own options",
}


def _config(report: Report) -> Iterator[Finding]:
    for line in report.of("config"):
        yield Finding(
            rule=line["rule"],
            tool="pytest",
            message=_CONFIG[line["rule"]].format(name=line["name"]),
            severity=Severity.MEDIUM,
            place=Place(path=line["path"], line=line["line"]),
            subject=line["name"],
        )


def _measures(report: Report) -> tuple[Measure, ...]:
    count = Measure(name="tests.count", value=len(report.tests), unit="tests", better=Better.HIGHER)
    duration = Measure(name="tests.duration", value=report.end["duration_s"], unit="s", better=Better.LOWER)
    return count, duration


def _skipped_modules(report: Report) -> Iterator[TestCase]:
    for line in report.of("collect"):
        if line["outcome"] == "skipped":
            yield TestCase(
                node_id=line["id"],
                outcome=TestOutcome.SKIPPED,
                duration_s=0.0,
                reason=line["message"],
                path=line["path"],
            )


def _problems(report: Report) -> Iterator[Problem]:
    for line in report.of("collect"):
        if line["outcome"] == "error":
            last = line["message"].splitlines()[-1:] or [""]
            yield Problem(code="collection-error", text=f"{line['id']} could not be collected: {last[0]}")
    missing = report.end["collected"] - report.end["executed"]
    if missing > 0:
        yield Problem(code="not-executed", text=f"{missing} of {report.end['collected']} collected tests did not run")
    if report.end["exit"] in (2, 4) and not report.of("collect"):
        yield Problem(code="pytest-stopped", text=f"pytest stopped with exit code {report.end['exit']}; see the log")
    elif report.exit == 1 and not _explains_failure(report):
        yield Problem(code="unexplained-exit", text="pytest ended with exit code 1, but no test failed; see the log")


def _explains_failure(report: Report) -> bool:
    return bool(report.of("collect")) or any(test.outcome in _FAILURES for test in report.tests)


def _notes(report: Report) -> Iterator[str]:
    yield f"pytest {report.header['pytest']} on Python {report.header['python']}"
    if report.header["seed"] is not None:
        yield f"random order: repeat with -p randomly --randomly-seed={report.header['seed']}"
    if report.end["elsewhere"]:
        yield f"{report.end['elsewhere']} tests belong to other gates"
    if report.header["markexpr_lifted"]:
        yield f'the project\'s own -m "{report.header["markexpr_lifted"]}" was lifted: it would leave claimed tests out'
