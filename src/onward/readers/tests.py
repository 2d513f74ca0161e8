"""pytest's own report of every collected test, as the guest program `report_tests` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from onward.errors import ReadError
from onward.guest.shared_shapes import Collect, ConfigFact, Dropped, End, Header, TestLine
from onward.model.evidence import LookedAt, Problem, Reading, TestCase, TestOutcome
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs
from onward.model.measure import Better, Measure
from onward.readers import decode

REPORT = "tests.jsonl"
_FAILURES = (TestOutcome.FAILED, TestOutcome.ERROR)
_Line = Header | ConfigFact | Collect | Dropped | TestLine | End
_LINES: dict[str, type[_Line]] = {kind.kind: kind for kind in (Header, ConfigFact, Collect, Dropped, TestLine, End)}


def read(outputs: Outputs) -> Report:
    """Return the report; ReadError when it is truncated or not one of ours."""
    found = decode.lines(outputs, REPORT, _LINES, end="end")
    header, end = found[0], found[-1]
    if not isinstance(header, Header) or not isinstance(end, End):
        raise ReadError(f"{REPORT}: expected a header first and an end last", where=REPORT)
    return Report(header=header, end=end, lines=found[1:-1], exit=outputs.exits[-1] if outputs.exits else None)


def _test(line: TestLine) -> TestCase:
    return TestCase(
        node_id=line.id,
        outcome=TestOutcome(line.outcome),
        duration_s=line.duration_s,
        attempts=tuple(TestOutcome(attempt) for attempt in line.attempts),
        reason=line.reason,
        path=line.path,
        line=line.line,
    )


@dataclass(frozen=True, kw_only=True)
class Report:
    """What pytest did: every test, what else was noticed on the way, and the exit code of the process."""

    header: Header
    end: End
    lines: tuple[_Line, ...]
    exit: int | None

    @cached_property
    def tests(self) -> tuple[TestCase, ...]:
        """Every test."""
        return tuple(_test(line) for line in self.lines if isinstance(line, TestLine))

    @property
    def collects(self) -> tuple[Collect, ...]:
        """Modules that were not collected."""
        return tuple(line for line in self.lines if isinstance(line, Collect))


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
    messages = {line.id: line.message for line in report.lines if isinstance(line, TestLine)}
    for test in report.tests:
        if test.outcome in _FAILURES:
            rule = "test-failed" if test.outcome is TestOutcome.FAILED else "test-error"
            yield _finding(rule, f"{test.node_id}: {messages[test.node_id]}", test, Severity.HIGH)


def _flaky(report: Report) -> Iterator[Finding]:
    for test in report.tests:
        if len(set(test.attempts)) > 1:
            tries = ", ".join(test.attempts)
            yield _finding("flaky", f"{test.node_id} is flaky on the same files: {tries}", test, Severity.MEDIUM)


def _finding(rule: str, message: str, test: TestCase, severity: Severity) -> Finding:
    place = Place(path=test.path, line=test.line)
    return Finding(rule=rule, tool="pytest", message=message, severity=severity, place=place, subject=test.node_id)


def _never_run(report: Report) -> Iterator[Finding]:
    for line in (line for line in report.lines if isinstance(line, Dropped)):
        message = f"{line.id} is collected, but the project's own options deselect it, so no gate runs it"
        place = Place(path=line.id.partition("::")[0])
        yield Finding(
            rule="never-run", tool="pytest", message=message, severity=Severity.MEDIUM, place=place, subject=line.id
        )


_CONFIG = {
    "unread-option": "no plugin reads the option {name}; check that its plugin is installed",
    "missing-test-path": "the test path {name} does not exist",
    "ignored-path": "the project's own options exclude {name} from every test run",
}


def _config(report: Report) -> Iterator[Finding]:
    for line in (line for line in report.lines if isinstance(line, ConfigFact)):
        yield Finding(
            rule=line.rule,
            tool="pytest",
            message=_CONFIG[line.rule].format(name=line.name),
            severity=Severity.MEDIUM,
            place=Place(path=line.path, line=line.line),
            subject=line.name,
        )


def _measures(report: Report) -> tuple[Measure, ...]:
    count = Measure(name="tests.count", value=len(report.tests), unit="tests", better=Better.HIGHER)
    duration = Measure(name="tests.duration", value=report.end.duration_s, unit="s", better=Better.LOWER)
    return count, duration


def _skipped_modules(report: Report) -> Iterator[TestCase]:
    for line in report.collects:
        if line.outcome == "skipped":
            yield TestCase(
                node_id=line.id, outcome=TestOutcome.SKIPPED, duration_s=0.0, reason=line.message, path=line.path
            )


def _problems(report: Report) -> Iterator[Problem]:
    for line in report.collects:
        if line.outcome == "error":
            last = line.message.splitlines()[-1:] or [""]
            yield Problem(code="collection-error", text=f"{line.id} could not be collected: {last[0]}")
    end = report.end
    if end.collected > end.executed:
        text = f"{end.collected - end.executed} of {end.collected} collected tests did not run"
        yield Problem(code="not-executed", text=text)
    if end.exit in (2, 4) and not report.collects:
        yield Problem(code="pytest-stopped", text=f"pytest stopped with exit code {end.exit}; see the log")
    elif report.exit == 1 and not _explains_failure(report):
        yield Problem(code="unexplained-exit", text="pytest exited with code 1, but no test failed; see the log")


def _explains_failure(report: Report) -> bool:
    return bool(report.collects) or any(test.outcome in _FAILURES for test in report.tests)


def _notes(report: Report) -> Iterator[str]:
    header, elsewhere = report.header, report.end.elsewhere
    yield f"pytest {header.pytest} on Python {header.python}"
    if header.seed is not None:
        yield f"random order: repeat with -p randomly --randomly-seed={header.seed}"
    if elsewhere:
        yield f"{elsewhere} tests belong to other gates"
    if header.markexpr_lifted:
        yield f'the project\'s own -m "{header.markexpr_lifted}" was ignored: it would deselect tests of this gate'
