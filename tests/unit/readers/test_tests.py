from __future__ import annotations

import json
from typing import Any

import pytest

from onward.errors import ReadError
from onward.model.evidence import Reading, TestOutcome
from onward.model.gate import Outputs
from onward.readers import tests

HEADER = {
    "kind": "header",
    "format": 1,
    "gate": "tests",
    "pytest": "9.2.0",
    "python": "3.13.0",
    "cwd": "/tree",
    "plugins": [],
    "seed": None,
    "markexpr_lifted": "",
}


def line(name: str, outcome: str = "passed", **more: Any) -> dict[str, Any]:
    plain = {
        "attempts": [outcome],
        "reason": "",
        "path": "tests/test_a.py",
        "line": 3,
        "message": "",
        "duration_s": 0.1,
    }
    return {"kind": "test", "id": f"tests/test_a.py::{name}", "outcome": outcome, **plain, **more}


def outputs(*lines: dict[str, Any], **end: Any) -> Outputs:
    cases = [entry for entry in lines if entry["kind"] == "test"]
    plain = {"exit": 0, "collected": len(cases), "executed": len(cases), "elsewhere": 0, "duration_s": 1.0}
    last = {"kind": "end", "lines": len(lines) + 1, **plain, **end}
    text = "".join(json.dumps(entry) + "\n" for entry in (HEADER, *lines, last))
    return Outputs(files={tests.REPORT: text.encode()}, exits=(0,))


def reading(*lines: dict[str, Any], **end: Any) -> Reading:
    return tests.reading(tests.read(outputs(*lines, **end)), expected=None, config_findings=True)


def test_skipped_tests_were_not_executed() -> None:
    found = reading(line("test_a"), line("test_b", "skipped"), line("test_c", "xfailed"))
    assert [(entry.what, entry.count) for entry in found.looked_at] == [("tests executed", 2)]
    assert len(found.tests) == 3
    assert found.findings == ()


@pytest.mark.parametrize(("outcome", "rule"), [("failed", "test-failed"), ("error", "test-error")])
def test_failures_are_findings(outcome: str, rule: str) -> None:
    (finding,) = reading(line("test_a", outcome, message="assert 1 == 2")).findings
    assert (finding.rule, finding.subject, finding.place.line) == (rule, "tests/test_a.py::test_a", 3)
    assert "assert 1 == 2" in finding.message


def test_a_test_that_passed_at_last_is_flaky() -> None:
    found = reading(line("test_a", attempts=["failed", "passed"]))
    assert [finding.rule for finding in found.findings] == ["flaky"]
    assert found.tests[0].attempts == (TestOutcome.FAILED, TestOutcome.PASSED)


def test_a_test_that_failed_every_time_is_not_flaky() -> None:
    found = reading(line("test_a", "failed", attempts=["failed", "failed"]))
    assert [finding.rule for finding in found.findings] == ["test-failed"]


def test_collected_but_never_executed() -> None:
    assert [problem.code for problem in reading(line("test_a"), collected=3).problems] == ["not-executed"]


def test_a_module_that_did_not_collect() -> None:
    module = {
        "kind": "collect",
        "id": "tests/test_b.py",
        "outcome": "error",
        "path": "tests/test_b.py",
        "message": "x\nE  no",
    }
    (problem,) = reading(line("test_a"), module, exit=1).problems
    assert problem.code == "collection-error"
    assert "E  no" in problem.text


def test_a_module_that_skips_itself_is_a_skipped_test() -> None:
    module = {
        "kind": "collect",
        "id": "tests/test_b.py",
        "outcome": "skipped",
        "path": "tests/test_b.py",
        "message": "why",
    }
    found = reading(line("test_a"), module)
    assert [(test.node_id, test.outcome, test.reason) for test in found.tests][1] == (
        "tests/test_b.py", TestOutcome.SKIPPED, "why",
    )  # fmt: skip


def test_tests_that_no_gate_runs() -> None:
    found = reading(line("test_a"), {"kind": "dropped", "id": "tests/test_a.py::test_slow"})
    assert [(finding.rule, finding.subject) for finding in found.findings] == [
        ("never-run", "tests/test_a.py::test_slow")
    ]


def test_an_exit_code_that_no_test_explains() -> None:
    silent = Outputs(files=outputs(line("test_a")).files, exits=(1,))
    found = tests.reading(tests.read(silent), expected=None, config_findings=True)
    assert [problem.code for problem in found.problems] == ["unexplained-exit"]
    failed = Outputs(files=outputs(line("test_a", "failed")).files, exits=(1,))
    assert tests.reading(tests.read(failed), expected=None, config_findings=True).problems == ()


def test_stopped_without_a_word() -> None:
    assert [problem.code for problem in reading(exit=4).problems] == ["pytest-stopped"]


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_cut_report_is_unreadable(cut: int) -> None:
    whole = outputs(line("test_a"), line("test_b")).files[tests.REPORT]
    with pytest.raises(ReadError):
        tests.read(Outputs(files={tests.REPORT: whole[:-cut].rpartition(b"\n")[0]}, exits=(0,)))


def test_a_report_without_one_of_its_lines_is_unreadable() -> None:
    lines = outputs(line("test_a"), line("test_b")).files[tests.REPORT].splitlines(keepends=True)
    with pytest.raises(ReadError):
        tests.read(Outputs(files={tests.REPORT: b"".join(lines[:1] + lines[2:])}, exits=(0,)))
