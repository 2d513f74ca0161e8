"""From the reports of tests and build to facts about what was really done."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from onward.errors import ReadError
from onward.gates.frontend import commands, folder, names
from onward.gates.frontend.shapes import Weight, Weights
from onward.model.evidence import LookedAt, Problem, Reading, TestCase, TestOutcome
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers.decode import decode

_KIB = 1024
_OUTCOMES = {
    "passed": TestOutcome.PASSED,
    "failed": TestOutcome.FAILED,
    "skipped": TestOutcome.SKIPPED,
    "pending": TestOutcome.SKIPPED,
    "todo": TestOutcome.SKIPPED,
    "disabled": TestOutcome.SKIPPED,
}


class _Location(msgspec.Struct, frozen=True):
    line: int | None = None


class _Case(msgspec.Struct, frozen=True, rename="camel"):
    full_name: str
    status: Literal["passed", "failed", "skipped", "pending", "todo", "disabled"]
    failure_messages: tuple[str, ...] | None
    duration: float | None = None
    location: _Location | None = None


class _Suite(msgspec.Struct, frozen=True, rename="camel"):
    """One file of tests."""

    name: str
    status: str
    assertion_results: tuple[_Case, ...]
    message: str | None = None

    @property
    def is_broken(self) -> bool:
        return self.status == "failed" and not any(one.status == "failed" for one in self.assertion_results)


class _Report(msgspec.Struct, frozen=True, rename="camel"):
    test_results: tuple[_Suite, ...]
    num_total_tests: int
    success: bool


class _Counts(msgspec.Struct, frozen=True):
    """Counts of coverage: the percentages beside them are rounded, or a word where there is nothing to cover."""

    total: int
    covered: int


class _Totals(msgspec.Struct, frozen=True):
    lines: _Counts
    branches: _Counts


class _Coverage(msgspec.Struct, frozen=True):
    total: _Totals


def read_tests(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the report that vitest and jest write alike, and the summary of coverage where there is one."""
    report = decode(outputs, names.TESTS, _Report)
    cases = tuple(case for suite in report.test_results for case in _cases(suite, context))
    broken = tuple(_broken(suite, context) for suite in report.test_results if suite.is_broken)
    if report.num_total_tests != len(cases):
        text = f"{names.TESTS}: it counts {report.num_total_tests} tests and holds {len(cases)}"
        raise ReadError(text, where=names.TESTS)
    tests = tuple(case for case, _ in cases)
    failed = tuple(_failed(case, message) for case, message in cases if case.outcome is TestOutcome.FAILED)
    findings = (*failed, *broken)
    executed = sum(1 for case in tests if case.outcome is not TestOutcome.SKIPPED)
    unexplained = not findings and (outputs.exits[-1] != 0 or not report.success)
    return Reading(
        looked_at=(LookedAt(what="tests executed", count=executed),),
        findings=(*findings, *((_run_failed(),) if unexplained else ())),
        measures=_coverage(outputs),
        tests=tests,
    )


def _cases(suite: _Suite, context: ReadContext) -> Iterator[tuple[TestCase, str]]:
    path = context.relative(suite.name)
    for entry in suite.assertion_results:
        message = next((one.strip().splitlines()[0] for one in entry.failure_messages or () if one.strip()), "")
        case = TestCase(
            node_id=f"{path} > {entry.full_name}",
            outcome=_OUTCOMES[entry.status],
            duration_s=(entry.duration or 0) / 1000,
            path=path,
            line=entry.location.line if entry.location else None,
        )
        yield case, message


def _broken(suite: _Suite, context: ReadContext) -> Finding:
    path = context.relative(suite.name)
    said = (suite.message or "the test file did not run").strip().splitlines()[0]
    place = Place(path=path)
    return Finding(
        rule="test-error", tool="tests", message=f"{path}: {said}", severity=Severity.HIGH, place=place, subject=path
    )


def _failed(case: TestCase, message: str) -> Finding:
    return Finding(
        rule="test-failed",
        tool="tests",
        message=f"{case.node_id}: {message}",
        severity=Severity.HIGH,
        place=Place(path=case.path, line=case.line),
        subject=case.node_id,
    )


def _run_failed() -> Finding:
    text = "every test passed, but the run failed: an error outside of tests, or the project's own coverage limit"
    return Finding(
        rule="run-failed", tool="tests", message=f"{text}; see the log", severity=Severity.HIGH, subject="run"
    )


def _coverage(outputs: Outputs) -> tuple[Measure, ...]:
    if names.COVERAGE not in outputs.files:
        return ()
    total = decode(outputs, names.COVERAGE, _Coverage).total
    return tuple(
        Measure(name=name, value=round(100.0 * entry.covered / entry.total, 2), unit="percent", better=Better.HIGHER)
        for name, entry in ((names.LINES, total.lines), (names.BRANCHES, total.branches))
        if entry.total
    )


def read_build(outputs: Outputs, context: ReadContext) -> Reading:
    """Read what the build left: whole KiB, so that a changed comment is not growth."""
    files = decode(outputs, names.BUILT, Weights).files
    if outputs.exits[0] != 0:
        return Reading(looked_at=(LookedAt(what="files built", count=len(files), expected=0),), findings=(_unbuilt(),))
    where = folder.inside(folder.folder(context.check), commands.output(context.check))
    empty = Problem(
        code="nothing-built",
        text=f"the build succeeded but wrote nothing to {where}; set `output` to its folder",
    )
    return Reading(
        looked_at=(LookedAt(what="files built", count=len(files)),),
        measures=_weights(files) if files else (),
        problems=() if files else (empty,),
    )


def _weights(files: Sequence[Weight]) -> tuple[Measure, ...]:
    both = ((names.BUNDLE, sum(file.bytes for file in files)), (names.BUNDLE_GZIP, sum(file.gzip for file in files)))
    return tuple(
        Measure(name=name, value=math.ceil(size / _KIB), unit="KiB", better=Better.LOWER) for name, size in both
    )


def _unbuilt() -> Finding:
    return Finding(
        rule="build-failed",
        tool="build",
        message="the production build failed; see the log of this step",
        severity=Severity.HIGH,
        subject="npm run build",
    )
