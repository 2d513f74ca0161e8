"""A large run, 10,000 findings and 100,000 tests, from its record to each report: CPU seconds and peak memory.

Each report is made in a process of its own, from `events.jsonl` on, so that its memory is its own. What it costs is set
against reading the same record with the JSON decoder of the standard library, in the same process.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from bench.ratio import Result
from onward.judge.run import judge
from onward.model.document import Document
from onward.model.event import (
    Event,
    GateJudged,
    PlannedGate,
    PlannedStep,
    RunFinished,
    RunStarted,
    StepFinished,
    StepJudged,
)
from onward.model.evidence import Evidence, LookedAt, TestCase, TestOutcome
from onward.model.facts import Revision
from onward.model.finding import Finding, Place, Severity, fingerprint
from onward.model.ledger import Debt, Ledgers
from onward.model.policy import GatePolicy, Policy
from onward.record.fold import fold
from onward.record.runs import Records
from onward.report import index, terminal
from onward.report.context import NO_CONTEXT
from onward.report.formats import FORMATS

FINDINGS, TESTS, DEBTS = 10_000, 100_000, 5_000
# Against the JSON decoder of the standard library; memory in MiB.
SLOWEST, LARGEST = 4.0, 400.0


def _rendered(kind: str, document: Document) -> str:
    return FORMATS[kind](document, NO_CONTEXT)


_REPORTS: Mapping[str, Callable[[Document], object]] = {
    "fold": lambda document: document,
    "text": terminal.render,
    "index": index.reports,
    **{kind: partial(_rendered, kind) for kind in FORMATS},
}


def results() -> Iterator[Result]:
    """Measure how long each report takes, and how much memory its process needs."""
    with tempfile.TemporaryDirectory() as name:
        with Records(Path(name)).begin("r") as folder:
            for event in _events():
                folder.append(event)
        size = (folder.path / "events.jsonl").stat().st_size / 2**20
        for kind in _REPORTS:
            words = (sys.executable, "-m", "bench.document", kind, name)
            told = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
            spent = f"read {told['read']:.2f} s, fold {told['fold']:.2f} s, report {told['report']:.2f} s"
            work = told["report"] if kind != "fold" else told["read"] + told["fold"]
            yield Result(
                name=f"document: {kind}",
                value=work / told["plain"],
                limit=SLOWEST,
                unit="x",
                detail=f"{spent}; the record has {size:.0f} MiB, json.loads takes {told['plain']:.2f} s",
            )
            yield Result(
                name=f"document: {kind}, peak", value=told["peak"], limit=LARGEST, unit="MiB", detail="whole process"
            )


def _events() -> Iterator[Event]:
    """Yield the events of the run, judged by the real judge with half of the findings as debts."""
    findings = tuple(_finding(number) for number in range(FINDINGS))
    evidence = {
        "lint/ruff": Evidence(
            step="lint/ruff",
            gate="lint",
            looked_at=(LookedAt(what="files", count=4000),),
            findings=findings,
            log_tail="$ ruff check\n" + "a line of the log\n" * 50,
        ),
        "tests/pytest": Evidence(
            step="tests/pytest",
            gate="tests",
            looked_at=(LookedAt(what="tests", count=TESTS),),
            tests=tuple(_test(number) for number in range(TESTS)),
        ),
    }
    started = _started(findings)
    yield started
    for step, found in evidence.items():
        yield StepFinished(step=step, evidence=found)
    result = judge(started, evidence, started.policy, started.ledgers, today=date(2026, 1, 1))
    yield from (StepJudged(result=step) for step in result.steps)
    yield from (GateJudged(result=gate) for gate in result.gates)
    yield RunFinished(
        finished_at=started.started_at, duration_s=60.0, exit_code=1, verdict=result.verdict, reason=result.reason
    )


def _started(findings: tuple[Finding, ...]) -> RunStarted:
    return RunStarted(
        run="r",
        onward="0",
        started_at="2026-01-01T00:00:00+00:00",
        root="/project",
        prefix="",
        profile="full",
        revision=Revision(head="a" * 40, base=None, branch="main", tree="t", dirty=False),
        system="Linux",
        machine="x86_64",
        cpus=2,
        jobs=2,
        gates=(
            PlannedGate(id="lint", title="Lint", steps=("lint/ruff",)),
            PlannedGate(id="tests", title="Tests", steps=("tests/pytest",)),
        ),
        steps=(
            PlannedStep(id="lint/ruff", gate="lint", check="ruff"),
            PlannedStep(id="tests/pytest", gate="tests", check="pytest"),
        ),
        policy=Policy(gates=tuple(GatePolicy(gate=gate, block=Severity.LOW) for gate in ("lint", "tests"))),
        ledgers=Ledgers(debts=tuple(_debt(found) for found in findings[:DEBTS])),
    )


def _finding(number: int) -> Finding:
    found = Finding(
        rule=f"F{number % 400}",
        tool="ruff",
        message=f"`name_{number}` is imported, but nothing in this module uses it",
        severity=Severity.MEDIUM,
        place=Place(path=f"app/part_{number % 50}/module_{number % 4000}.py", line=number % 900 + 1, column=5),
        url=f"https://docs.example/rules/F{number % 400}",
        excerpt=f"import name_{number}",
    )
    return replace(found, fingerprint=fingerprint("lint", found))


def _debt(found: Finding) -> Debt:
    return Debt(
        fingerprint=found.fingerprint,
        gate="lint",
        rule=found.rule,
        severity=found.severity,
        since="2026-01-01",
        accepted_by="bench",
        path=found.place.path or "",
    )


def _test(number: int) -> TestCase:
    outcome = TestOutcome.SKIPPED if number % 50 == 0 else TestOutcome.PASSED
    reason = "needs another machine" if outcome is TestOutcome.SKIPPED else ""
    node_id = f"tests/part_{number % 60}/test_module_{number % 2500}.py::TestThing::test_case[{number}]"
    return TestCase(node_id=node_id, outcome=outcome, duration_s=number % 97 / 1000, reason=reason)


def _cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _measure(kind: str, state: Path) -> None:
    """Print what making one report from the record took: CPU seconds, and the peak memory of this process in MiB."""
    records = Records(state)
    lines = (records.runs / "r" / "events.jsonl").read_bytes().splitlines()
    kept: list[object] = []
    spent = {
        "read": _cpu_s(lambda: kept.append(records.events("r"))),
        "fold": _cpu_s(lambda: kept.append(fold(kept[0]))),  # type: ignore[arg-type]  # the events of the line above
    }
    spent["report"] = _cpu_s(lambda: _REPORTS[kind](kept[1]))  # type: ignore[arg-type]  # the document of the line above
    spent["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent["plain"] = _cpu_s(lambda: [json.loads(line) for line in lines])
    print(json.dumps(spent))


if __name__ == "__main__":
    _measure(sys.argv[1], Path(sys.argv[2]))
