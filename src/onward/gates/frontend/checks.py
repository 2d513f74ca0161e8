"""From the reports of tests and build to facts about what was really done."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from onward.errors import ReadError
from onward.gates.frontend import commands, folder, names
from onward.model.evidence import LookedAt, Problem, Reading, TestCase, TestOutcome
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure

_KIB = 1024
_OUTCOMES = {
    "passed": TestOutcome.PASSED,
    "failed": TestOutcome.FAILED,
    "skipped": TestOutcome.SKIPPED,
    "pending": TestOutcome.SKIPPED,
    "todo": TestOutcome.SKIPPED,
    "disabled": TestOutcome.SKIPPED,
}


def read_tests(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the report that vitest and jest write alike, and the summary of coverage where there is one."""
    data = outputs.json(names.TESTS)
    try:
        suites = tuple(data["testResults"])
        cases = tuple(case for suite in suites for case in _cases(suite, context))
        total, success = data["numTotalTests"], data["success"]
        broken = tuple(_broken(suite, context) for suite in suites if _is_broken(suite))
    except (KeyError, TypeError, ValueError) as error:
        raise ReadError(f"the test report is not complete ({error!r})", where=names.TESTS) from error
    if total != len(cases):
        raise ReadError(f"the test report counts {total} tests and holds {len(cases)}", where=names.TESTS)
    tests = tuple(case for case, _ in cases)
    failed = tuple(_failed(case, message) for case, message in cases if case.outcome is TestOutcome.FAILED)
    findings = (*failed, *broken)
    executed = sum(1 for case in tests if case.outcome is not TestOutcome.SKIPPED)
    unexplained = not findings and (outputs.exits[-1] != 0 or success is not True)
    return Reading(
        looked_at=(LookedAt(what="tests executed", count=executed),),
        findings=(*findings, *((_run_failed(),) if unexplained else ())),
        measures=_coverage(outputs),
        tests=tests,
    )


def _cases(suite: Mapping[str, Any], context: ReadContext) -> Iterator[tuple[TestCase, str]]:
    path = context.relative(suite["name"])
    for entry in suite["assertionResults"]:
        messages = entry["failureMessages"] or ()
        message = next((str(one).strip().splitlines()[0] for one in messages if str(one).strip()), "")
        case = TestCase(
            node_id=f"{path} > {entry['fullName']}",
            outcome=_OUTCOMES[entry["status"]],
            duration_s=(entry.get("duration") or 0) / 1000,
            path=path,
            line=(entry.get("location") or {}).get("line"),
        )
        yield case, message


def _is_broken(suite: Mapping[str, Any]) -> bool:
    return suite["status"] == "failed" and not any(one["status"] == "failed" for one in suite["assertionResults"])


def _broken(suite: Mapping[str, Any], context: ReadContext) -> Finding:
    path = context.relative(suite["name"])
    said = str(suite.get("message") or "it could not be run").strip().splitlines()[0]
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
    text = "every test passed, but the run did not: an error outside of tests, or the project's own limit for coverage"
    return Finding(
        rule="run-failed", tool="tests", message=f"{text}; the log says which", severity=Severity.HIGH, subject="run"
    )


def _coverage(outputs: Outputs) -> tuple[Measure, ...]:
    if names.COVERAGE not in outputs.files:
        return ()
    data = outputs.json(names.COVERAGE)
    try:
        counted = [(name, data["total"][key]) for name, key in ((names.LINES, "lines"), (names.BRANCHES, "branches"))]
        # From counts: the percentages beside them are rounded, or the word Unknown where there is nothing to cover.
        shares = [(name, 100.0 * one["covered"] / one["total"]) for name, one in counted if one["total"]]
    except (KeyError, TypeError, ZeroDivisionError) as error:
        raise ReadError(f"the summary of coverage is not complete ({error!r})", where=names.COVERAGE) from error
    return tuple(
        Measure(name=name, value=round(share, 2), unit="percent", better=Better.HIGHER) for name, share in shares
    )


def read_build(outputs: Outputs, context: ReadContext) -> Reading:
    """Read what the build left: whole KiB, so that a changed comment is not growth."""
    data = outputs.json(names.BUILT)
    try:
        sizes = [(int(one["bytes"]), int(one["gzip"])) for one in data["files"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ReadError(f"the weights are not complete ({error!r})", where=names.BUILT) from error
    if outputs.exits[0] != 0:
        return Reading(looked_at=(LookedAt(what="files built", count=len(sizes), expected=0),), findings=(_unbuilt(),))
    where = folder.inside(folder.folder(context.check), commands.output(context.check))
    empty = Problem(
        code="nothing-built",
        text=f"the build ended well but left nothing in {where}; the option output names its folder",
    )
    return Reading(
        looked_at=(LookedAt(what="files built", count=len(sizes)),),
        measures=_weights(sizes) if sizes else (),
        problems=() if sizes else (empty,),
    )


def _weights(sizes: list[tuple[int, int]]) -> tuple[Measure, ...]:
    plain, compressed = (sum(column) for column in zip(*sizes, strict=True))
    both = ((names.BUNDLE, plain), (names.BUNDLE_GZIP, compressed))
    return tuple(
        Measure(name=name, value=math.ceil(size / _KIB), unit="KiB", better=Better.LOWER) for name, size in both
    )


def _unbuilt() -> Finding:
    return Finding(
        rule="build-failed",
        tool="build",
        message="the production build did not succeed; the log of this step says why",
        severity=Severity.HIGH,
        subject="npm run build",
    )
