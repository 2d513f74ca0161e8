"""Marked blocks: generated ones say what their generator says, and claims say what this run has shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from onward.gates.docs.markdown import Block
from onward.model.finding import Finding, Place, Severity

_TESTS = re.compile(
    r"(?P<passed>\d[\d,]*)\s*(?:/|of|out of)\s*(?P<total>\d[\d,]*)\s+tests?\s+(?:are\s+)?(?:pass(?:ing|ed|es)?)"
    r"(?:\s*\(\s*(?P<percent>\d+(?:\.\d+)?)\s*%\s*\))?",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?<![/\d,.])(?P<count>\d[\d,]*)\s+tests?\b(?P<verb>\s+(?:are\s+)?pass(?:ing|ed)?)?", re.IGNORECASE
)
_LEAST = r"(?P<least>at least|over|more than|above|≥|>=|>)?\s*"
_COVERAGE = re.compile(
    r"(?P<kind>line|branch|statement)?\s*coverage(?:\s+(?:is|of|at))?\s*:?\s*"
    + _LEAST
    + r"(?P<percent>\d+(?:\.\d+)?)\s*%",
    re.IGNORECASE,
)
_COVERAGE_AFTER = re.compile(
    _LEAST + r"(?P<percent>\d+(?:\.\d+)?)\s*%\s+(?P<kind>line|branch|statement)?\s*coverage", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*\s*%?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What this run has shown. A test passed when it passed somewhere and failed nowhere; percentages may be unknown."""

    passed: int
    total: int
    lines: float | None
    branches: float | None


def stale(path: str, block: Block, printed: Mapping[str, str]) -> Finding | None:
    """Return a finding when a generated block is not what its generator printed."""
    place = Place(path=path, line=block.line)
    if _trimmed(block.text) == _trimmed(printed[block.name]):
        return None
    line = _first_difference(block.text, printed[block.name])
    return _finding(
        "stale-block", f"the block {block.name} differs from its generator's output: {line}", place, block.name
    )


def stale_file(path: str, text: str, printed: str) -> Finding | None:
    """Return a finding when a file that is generated whole is not what its generator prints."""
    if _trimmed(text) == _trimmed(printed):
        return None
    message = f"{path} differs from its generator's output: {_first_difference(text, printed)}"
    return _finding("stale-file", message, Place(path=path, line=1), path)


def _trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def _first_difference(text: str, printed: str) -> str:
    here, there = _trimmed(text), _trimmed(printed)
    for old, new in zip(here, there, strict=False):
        if old != new:
            return f'"{old[:80]}" should be "{new[:80]}"'
    longer = here if len(here) > len(there) else there
    what = "too much" if longer is here else "missing"
    return f'"{longer[min(len(here), len(there))][:80]}" is {what}'


def arithmetic(path: str, block: Block) -> Iterator[Finding]:
    """Yield a finding for each claim whose own numbers contradict each other."""
    for line, text in _lines(block):
        for found in _TESTS.finditer(text):
            passed, total = _whole(found["passed"]), _whole(found["total"])
            if total == 0 or passed > total:
                message = f'"{found[0]}" is impossible: {passed} of {total}'
                yield _finding("claim-arithmetic", message, Place(path=path, line=line), found[0])
            elif found["percent"] and not _same(100.0 * passed / total, found["percent"]):
                exact = f"{100.0 * passed / total:.1f}"
                message = f'"{found[0]}" is wrong: {passed}/{total} is {exact} %'
                yield _finding("claim-arithmetic", message, Place(path=path, line=line), found[0])


def claims(path: str, block: Block, evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding for each claim that this run contradicts, and for each number that nothing can prove."""
    for line, text in _lines(block):
        place = Place(path=path, line=line)
        rest = text
        for found, problem in _contradicted(text, evidence):
            rest = rest.replace(found, " ", 1)
            if problem:
                yield _finding("claim-contradicted", f'"{found.strip()}": {problem}', place, found.strip())
        for number in _NUMBER.findall(rest):
            message = f'"{text.strip()}": nothing in this run shows {number.strip()}'
            yield _finding("claim-unproven", message, place, text.strip())


def count(block: Block) -> int:
    """Return how many claims a block makes that can be compared with a run."""
    return sum(
        1 for _, text in _lines(block) for _ in _contradicted(text, Evidence(passed=0, total=0, lines=0, branches=0))
    )


def speaks_of_coverage(block: Block) -> bool:
    """Return whether a claim of the block is about coverage."""
    return any(pattern.search(block.text) for pattern in (_COVERAGE, _COVERAGE_AFTER))


def _lines(block: Block) -> Iterator[tuple[int, str]]:
    yield from enumerate(block.text.splitlines(), start=block.line + 1)


def _contradicted(text: str, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Yield each claim in a line with what contradicts it, empty for nothing."""
    rest = text
    for found in _TESTS.finditer(text):
        rest = rest.replace(found[0], " ", 1)
        said = (_whole(found["passed"]), _whole(found["total"]))
        shown = (evidence.passed, evidence.total)
        yield found[0], "" if said == shown else f"this run has {shown[0]}/{shown[1]}"
    for found in (*_COVERAGE.finditer(rest), *_COVERAGE_AFTER.finditer(_COVERAGE.sub(" ", rest))):
        yield found[0], _against_coverage(found, evidence)
    for found in _COUNT.finditer(_COVERAGE_AFTER.sub(" ", _COVERAGE.sub(" ", rest))):
        shown_count = evidence.passed if found["verb"] else evidence.total
        yield found[0], "" if _whole(found["count"]) == shown_count else f"this run has {shown_count}"


def _against_coverage(found: re.Match[str], evidence: Evidence) -> str:
    branch = (found["kind"] or "").lower() == "branch"
    measured = evidence.branches if branch else evidence.lines
    if measured is None:
        return "this run did not measure it"
    holds = measured >= float(found["percent"]) if found["least"] else _same(measured, found["percent"])
    return "" if holds else f"this run measured {measured:.1f} %"


def _same(value: float, said: str) -> bool:
    """Return whether `said` is the value, rounded to as many decimals as it has."""
    decimals = len(said.partition(".")[2])
    return f"{value:.{decimals}f}" == f"{float(said):.{decimals}f}"


def _whole(digits: str) -> int:
    return int(digits.replace(",", ""))


def _finding(rule: str, message: str, place: Place, about: str) -> Finding:
    severity = Severity.MEDIUM if rule != "claim-unproven" else Severity.LOW
    return Finding(
        rule=rule, tool="onward", message=message, severity=severity, place=place, subject=f"{place.path} {about}"
    )
