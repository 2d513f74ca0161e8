"""From the reports of tests, build and audit to facts about what was really done."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pawl.errors import ReadError
from pawl.gates.frontend import commands, folder, names
from pawl.model.evidence import LookedAt, Problem, Reading, TestCase, TestOutcome
from pawl.model.finding import Finding, Place, Severity
from pawl.model.gate import Outputs, ReadContext
from pawl.model.measure import Better, Measure

_KIB = 1024
_OUTCOMES = {
    "passed": TestOutcome.PASSED,
    "failed": TestOutcome.FAILED,
    "skipped": TestOutcome.SKIPPED,
    "pending": TestOutcome.SKIPPED,
    "todo": TestOutcome.SKIPPED,
    "disabled": TestOutcome.SKIPPED,
}
_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
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


def read_audit(outputs: Outputs, context: ReadContext) -> Reading:
    """Read npm's audit; whatever is not a report (the service refused, nobody answered) is unreadable."""
    known, data = _audited(outputs, names.CONTROL), _audited(outputs, names.AUDIT)
    try:
        count = int(data["metadata"]["dependencies"]["total"])
        found = tuple(_vulnerabilities(data["vulnerabilities"].values(), context))
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"npm's audit is not complete ({error!r})", where=names.AUDIT) from error
    text = "the registry knows nothing of a vulnerability that everybody knows, so its silence means nothing"
    missed = () if known["vulnerabilities"] else (Problem(code="control-missed", text=text),)
    return Reading(looked_at=(LookedAt(what="packages audited", count=count),), findings=found, problems=missed)


def _audited(outputs: Outputs, name: str) -> Mapping[str, Any]:
    data = outputs.json(name)
    if not isinstance(data, dict):
        raise ReadError("npm's audit is not an object", where=name)
    if "metadata" not in data or "vulnerabilities" not in data:
        said = data.get("message") or "it wrote no report"
        raise ReadError(
            f"npm audit has no answer of the registry: {said}",
            where=name,
            hint="use a registry that serves advisories, or say audit = false in [gates.frontend]",
        )
    return data


def _vulnerabilities(entries: Any, context: ReadContext) -> Iterator[Finding]:
    lock = folder.inside(folder.folder(context.check), "package-lock.json")
    for entry in entries:
        # A text names another vulnerable package, through which this one is affected: it has an entry of its own.
        for via in (one for one in entry["via"] if not isinstance(one, str)):
            yield Finding(
                rule=_advisory(via),
                tool="npm audit",
                message=f"{entry['name']} {via['range']}: {via['title']}",
                severity=_SEVERITIES.get(via["severity"], Severity.UNKNOWN),
                place=Place(path=lock),
                subject=f"{entry['name']} {_advisory(via)}",
                url=via.get("url") or "",
                fix="npm audit fix" if entry.get("fixAvailable") else "",
            )


def _advisory(via: Mapping[str, Any]) -> str:
    """Return the advisory's own name, which ends its address ("GHSA-…"), else the registry's number."""
    name = str(via.get("url") or "").rstrip("/").rpartition("/")[2]
    return name if name.startswith("GHSA-") else f"npm-{via['source']}"
