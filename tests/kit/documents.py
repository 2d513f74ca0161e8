"""A rich example run with every verdict, every standing of a finding, and strings that try to break reports."""

from __future__ import annotations

from dataclasses import replace

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
    StepProgress,
    StepStarted,
)
from onward.model.evidence import (
    Artifact,
    Attempt,
    CacheUse,
    Evidence,
    LookedAt,
    Reason,
    ServiceUse,
    TestCase,
    TestOutcome,
    ToolUse,
)
from onward.model.facts import Revision
from onward.model.finding import Finding, Place, Severity, fingerprint
from onward.model.ledger import Ledgers
from onward.model.measure import Better, Measure
from onward.model.policy import GatePolicy, Policy
from onward.model.verdict import GateResult, JudgedMeasure, Ruling, Status, StepResult, Verdict
from onward.record.fold import fold
from onward.report.context import ReportContext

RUN = "20261121T084841Z-5f0c2a"
HOSTILE = "<script>alert('x')</script>\n\x1b[31mred\x1b[0m\x07 & \"quotes\" ::error::no\r\nüñïçødé 日本語 \u202eevil"
LONG = "word " * 400 + "x" * 900
GUIDE = """# Lint

## What it catches

Mistakes that a linter sees.

## How to fix

Run `flake8` on the file it names, and mend the line.
Then commit.

## How to waive

Add a waiver to `onward.toml`.
"""
_START = "2026-11-21T08:48:41+00:00"


def _finding(rule: str, message: str, **parts: object) -> Finding:
    place = Place(
        path=parts.get("path"),  # type: ignore[arg-type]  # a builder of examples, checked by its use
        line=parts.get("line"),  # type: ignore[arg-type]  # as above
        column=parts.get("column"),  # type: ignore[arg-type]  # as above
        end_line=parts.get("end_line"),  # type: ignore[arg-type]  # as above
        end_column=parts.get("end_column"),  # type: ignore[arg-type]  # as above
        commit=parts.get("commit"),  # type: ignore[arg-type]  # as above
    )
    return Finding(
        rule=rule,
        tool=str(parts.get("tool", "flake8")),
        message=message,
        severity=parts.get("severity", Severity.MEDIUM),  # type: ignore[arg-type]  # as above
        place=place,
        subject=str(parts.get("subject", "")),
        url=str(parts.get("url", "")),
        fix=str(parts.get("fix", "")),
        excerpt=message,
    )


UNUSED = _finding("F401", "'os' imported but unused", path="app/main.py", line=3, column=1, severity=Severity.LOW)
ODD = _finding(
    "E501<b>",
    HOSTILE,
    path="app/ü b#1%,:.py",
    line=7,
    column=2,
    end_line=9,
    end_column=4,
    url="javascript:alert(1)",
    fix="Shorten & wrap <it>",
)
LENGTHY = _finding("E999", LONG, path="app/" + "deep/" * 30 + "file.py", line=1)
NOTE = _finding("W605", "invalid escape sequence", path="app/main.py", line=12, severity=Severity.INFO)
DEBT = _finding("C901", "'charge' is too complex (14)", path="app/pay.py", line=40)
WAIVED = _finding("E731", "do not assign a lambda", path="app/pay.py", line=44)
ADVISORY = _finding(
    "PYSEC-2019-217",
    "jinja2 2.10: sandbox escape",
    tool="pip-audit",
    severity=Severity.CRITICAL,
    subject="jinja2 2.10",
    url="https://osv.dev/vulnerability/PYSEC-2019-217",
    fix="upgrade to 2.10.1",
)
FLAKY = _finding(
    "failed", "AssertionError", tool="pytest", subject="tests/test_a.py::test_flaky", path="tests/test_a.py"
)


def _evidence(step: str, second: int, seconds: float, **parts: object) -> Evidence:
    base = Evidence(
        step=step,
        gate=step.split("/", maxsplit=1)[0],
        started_at=f"2026-11-21T08:48:{41 + second:02d}+00:00",
        duration_s=seconds,
        attempts=(Attempt(outcome="exit:0", duration_s=seconds),),
        cache=CacheUse(state="miss"),
        cpu_s=round(seconds * 0.9, 3),
    )
    made = replace(base, **parts)  # type: ignore[arg-type]  # a builder of examples, checked by its use
    found = (replace(each, fingerprint=fingerprint(base.gate, each)) for each in made.findings)
    return replace(made, findings=tuple(found))


LINT = _evidence(
    "lint/flake8",
    0,
    2.25,
    attempts=(Attempt(outcome="exit:1", duration_s=2.1),),
    tools=(ToolUse(name="flake8", version="7.3.0", source="project", digest="sha256:" + "a" * 64),),
    looked_at=(LookedAt(what="files", count=118, expected=118),),
    findings=(UNUSED, ODD, LENGTHY, NOTE, DEBT, WAIVED),
    notes=("the project's own configuration was used: setup.cfg",),
)
TESTS_39 = _evidence(
    "tests/pytest@3.9",
    1,
    12.5,
    tools=(ToolUse(name="pytest", version="8.3.4", source="project", digest="sha256:" + "b" * 64),),
    looked_at=(LookedAt(what="tests", count=4, expected=1),),
    findings=(FLAKY,),
    tests=(
        TestCase(node_id="tests/test_a.py::test_one", outcome=TestOutcome.PASSED, duration_s=0.012),
        TestCase(
            node_id="tests/test_a.py::test_[<x> & 'y']",
            outcome=TestOutcome.SKIPPED,
            duration_s=0.0,
            reason="no \x1b[1mnet",
        ),
        TestCase(
            node_id="tests/test_a.py::test_flaky",
            outcome=TestOutcome.FAILED,
            duration_s=1.5,
            attempts=(TestOutcome.FAILED, TestOutcome.FAILED),
            reason="AssertionError: 1 == 2\x00",
            path="tests/test_a.py",
            line=9,
        ),
        TestCase(node_id="tests/test_b.py::test_known_gap", outcome=TestOutcome.XFAILED, duration_s=0.2),
    ),
    artifacts=(
        Artifact(
            kind="tests",
            path="steps/tests-pytest-3.9-1a2b3c4d/tests.jsonl",
            media_type="application/jsonl",
            sha256="c" * 64,
            bytes=412,
        ),
        Artifact(
            kind="log",
            path="steps/tests-pytest-3.9-1a2b3c4d/a b#<1>.txt",
            media_type="text/plain",
            sha256="d" * 64,
            bytes=2_097_152,
        ),
    ),
)
TESTS_311 = _evidence(
    "tests/pytest@3.11",
    1,
    9.75,
    cache=CacheUse(state="hit", run="20261120T101010Z-aaaaaa"),
    looked_at=(LookedAt(what="tests", count=1, expected=1),),
    tests=(TestCase(node_id="tests/test_a.py::test_one", outcome=TestOutcome.PASSED, duration_s=0.01),),
)
COVERAGE_MEASURES = (
    Measure(name="line coverage", value=71.3, unit="percent", better=Better.HIGHER),
    Measure(name="branch coverage", value=58.04, unit="percent", better=Better.HIGHER),
    Measure(name="line coverage", value=88.0, unit="percent", better=Better.HIGHER, scope="app/payments"),
)
COVERAGE = _evidence(
    "coverage/merge",
    14,
    0.6,
    looked_at=(LookedAt(what="files", count=42), LookedAt(what="changed lines", count=0, expected=0)),
    measures=COVERAGE_MEASURES,
)
MIGRATIONS = _evidence(
    "migrations/walk",
    2,
    31.4,
    attempts=(Attempt(outcome="signal:SIGKILL", duration_s=31.0),),
    error=Reason(code="signal", text=f"alembic was killed by SIGKILL {HOSTILE}"),
    log_tail="$ alembic upgrade head\nINFO <b>running</b> ```\n\x1b[31mKilled ::error::\u202e</pre>",
    services=(
        ServiceUse(
            name="postgres",
            asked="postgres:15",
            ran="PostgreSQL 18.4",
            provider="embedded",
            notes=("18 ran where 15 was asked for",),
        ),
    ),
)
DEPENDENCIES = _evidence(
    "dependencies/pip-audit",
    3,
    4.2,
    looked_at=(LookedAt(what="dependencies", count=51, expected=51),),
    findings=(ADVISORY,),
)
E2E_EXCUSE = Reason(code="need-absent", text="no browser on this machine; `onward doctor` says how to get one")
AFTER_EXCUSE = Reason(code="step-failed", text="needs tests/pytest@3.9, which did not pass")


CONTRACT = Evidence(step="contract/schema", gate="contract", skipped=AFTER_EXCUSE)
EVIDENCE = (LINT, TESTS_39, TESTS_311, COVERAGE, MIGRATIONS, DEPENDENCIES, CONTRACT)


def _ruling(step: Evidence, index: int, status: Status, *, blocks: bool = False, waiver: str | None = None) -> Ruling:
    return Ruling(step=step.step, index=index, status=status, blocks=blocks, waiver=waiver)


STEPS = (
    StepResult(step="lint/flake8", verdict=Verdict.FAILED, reason=Reason(code="findings", text="6 findings")),
    StepResult(step="tests/pytest@3.9", verdict=Verdict.PASSED, reason=Reason(code="holds", text="looked at 4 tests")),
    StepResult(step="tests/pytest@3.11", verdict=Verdict.PASSED, reason=Reason(code="holds", text="looked at 1 test")),
    StepResult(step="coverage/merge", verdict=Verdict.PASSED, reason=Reason(code="holds", text="looked at 42 files")),
    StepResult(step="migrations/walk", verdict=Verdict.UNVERIFIED, reason=MIGRATIONS.error or AFTER_EXCUSE),
    StepResult(
        step="dependencies/pip-audit", verdict=Verdict.FAILED, reason=Reason(code="findings", text="1 new finding")
    ),
    StepResult(step="contract/schema", verdict=Verdict.NOT_RUN, reason=AFTER_EXCUSE),
)
GATES = (
    GateResult(
        gate="lint",
        verdict=Verdict.FAILED,
        reason=Reason(code="new-findings", text="3 new findings"),
        rulings=(
            *(_ruling(LINT, index, Status.NEW, blocks=True) for index in range(3)),
            _ruling(LINT, 3, Status.NEW),
            _ruling(LINT, 4, Status.KNOWN),
            _ruling(LINT, 5, Status.WAIVED, waiver="W-1 <b>"),
        ),
    ),
    GateResult(
        gate="tests",
        verdict=Verdict.PASSED,
        reason=Reason(code="holds", text="5 tests, 1 quarantined"),
        rulings=(_ruling(TESTS_39, 0, Status.QUARANTINED),),
    ),
    GateResult(
        gate="coverage",
        verdict=Verdict.FAILED,
        reason=Reason(code="below-ratchet", text="line coverage 71.3 % is below the ratchet of 72 %"),
        measures=(
            JudgedMeasure(step="coverage/merge", index=0, limit=72.0, limit_from="ratchet", holds=False),
            JudgedMeasure(step="coverage/merge", index=1, limit=50.0, limit_from="threshold"),
            JudgedMeasure(step="coverage/merge", index=2),
        ),
        tighten=("coverage: branch coverage may rise from 50 to 58.04",),
    ),
    GateResult(gate="migrations", verdict=Verdict.UNVERIFIED, reason=MIGRATIONS.error or AFTER_EXCUSE),
    GateResult(
        gate="dependencies",
        verdict=Verdict.FAILED,
        reason=Reason(code="new-findings", text="1 new finding, critical"),
        rulings=(_ruling(DEPENDENCIES, 0, Status.NEW, blocks=True),),
    ),
    GateResult(gate="contract", verdict=Verdict.NOT_RUN, reason=AFTER_EXCUSE),
)
_GATES = ("lint", "tests", "coverage", "migrations", "dependencies", "contract", "e2e")


def started(root: str = "/home/ada/shop/backend") -> RunStarted:
    """Return the beginning of the example run."""
    return RunStarted(
        run=RUN,
        onward="0.1.0",
        started_at=_START,
        root=root,
        prefix="back end",
        profile="full",
        revision=Revision(head="1" * 40, base="2" * 40, branch="feature/<x>", tree="3" * 40, dirty=True),
        system="linux",
        machine="x86_64",
        cpus=2,
        jobs=2,
        gates=(
            PlannedGate(id="lint", title="Lint", steps=("lint/flake8",)),
            PlannedGate(id="tests", title="Tests", steps=("tests/pytest@3.9", "tests/pytest@3.11")),
            PlannedGate(id="coverage", title="Coverage", steps=("coverage/merge",)),
            PlannedGate(id="migrations", title="Migrations", steps=("migrations/walk",)),
            PlannedGate(id="dependencies", title="Dependencies", steps=("dependencies/pip-audit",)),
            PlannedGate(id="contract", title="Contract", steps=("contract/schema",)),
            PlannedGate(id="e2e", title="Browser journeys", skip_reason=E2E_EXCUSE),
        ),
        steps=(
            PlannedStep(id="lint/flake8", gate="lint", check="flake8"),
            PlannedStep(id="tests/pytest@3.9", gate="tests", check="pytest", python="3.9"),
            PlannedStep(id="tests/pytest@3.11", gate="tests", check="pytest", python="3.11"),
            PlannedStep(
                id="coverage/merge", gate="coverage", check="merge", after=("tests/pytest@3.9", "tests/pytest@3.11")
            ),
            PlannedStep(id="migrations/walk", gate="migrations", check="walk"),
            PlannedStep(id="dependencies/pip-audit", gate="dependencies", check="pip-audit"),
            PlannedStep(id="contract/schema", gate="contract", check="schema", after=("tests/pytest@3.9",)),
        ),
        policy=Policy(gates=tuple(GatePolicy(gate=gate, block=Severity.LOW) for gate in _GATES)),
        ledgers=Ledgers(),
        notes=("narrowed to what the change since 2222222 can affect",),
    )


def events() -> tuple[Event, ...]:
    """Return the whole example run as it would be recorded."""
    told: list[Event] = [started()]
    for evidence, result in zip(EVIDENCE, STEPS, strict=True):
        if evidence.started_at is not None:
            told.append(StepStarted(step=evidence.step, at=evidence.started_at))
            told.append(StepProgress(step=evidence.step, text="running"))
        told.append(StepFinished(step=evidence.step, evidence=evidence))
        told.append(StepJudged(result=result))
    told.extend(GateJudged(result=gate) for gate in GATES)
    told.append(
        RunFinished(
            finished_at="2026-11-21T08:49:15+00:00",
            duration_s=34.25,
            exit_code=1,
            verdict=Verdict.FAILED,
            reason=Reason(code="gates-failed", text="3 of 7 gates failed"),
        )
    )
    return tuple(told)


def document() -> Document:
    """Return the example as a document."""
    return fold(events())


CONTEXT = ReportContext(guides={"lint": GUIDE, "coverage": GUIDE.replace("flake8", "pytest --cov")}, folder="./")
