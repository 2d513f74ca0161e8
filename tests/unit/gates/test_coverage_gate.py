from __future__ import annotations

import json
from typing import Any

import pytest

from kit import trees, values
from onward.errors import ReadError
from onward.gates import coverage
from onward.model.evidence import Reading
from onward.model.finding import Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.pipeline import GateSettings

SUMMARY = {"num_statements": 4, "covered_lines": 3, "num_branches": 2, "covered_branches": 1}
FILE = {"summary": SUMMARY, "missing_lines": [7]}


def read(*steps: dict[str, Any], files: dict[str, Any] | None = None, configured: bool = True) -> Reading:
    report = {"meta": {"branch_coverage": True}, "totals": SUMMARY, "files": files or {"app/a.py": FILE}}
    merged = {"format": 1, "coverage": "7.17.3", "branches": True, "configured": configured, "steps": steps}
    given = {"coverage.json": json.dumps(report).encode(), "merge.json": json.dumps(merged).encode()}
    context = ReadContext(check=values.context("coverage"), tree="/t")
    return coverage.GATE.checks[0].read(Outputs(files=given, exits=(0,)), context)


def step(name: str, executed: int | None, files: int) -> dict[str, Any]:
    return {"step": name, "executed": executed, "files": files}


@pytest.mark.parametrize(
    ("steps", "count", "expected"),
    [
        ((step("a", 3, 2), step("b", 3, 2)), 2, 2),
        ((step("a", 3, 2), step("b", 3, 0)), 1, 2),
        ((step("a", 3, 2), step("b", 0, 0)), 1, 1),
        ((step("a", None, 0),), 0, 1),
        ((), 0, 1),
    ],
)
def test_data_of_every_step_that_ran_tests_is_expected(
    steps: tuple[dict[str, Any], ...], count: int, expected: int
) -> None:
    looked = read(*steps).looked_at[0]
    assert (looked.count, looked.expected) == (count, expected)


def test_measures() -> None:
    measures = {measure.name: measure.value for measure in read(step("a", 1, 1)).measures}
    assert measures == {"coverage.lines": 75.0, "coverage.branches": 50.0}


def test_a_file_that_no_test_reaches_is_a_hint_only() -> None:
    untouched = {"summary": SUMMARY | {"covered_lines": 0}, "missing_lines": [1, 2, 3, 4]}
    (finding,) = read(step("a", 1, 1), files={"app/a.py": FILE, "app/b.py": untouched}).findings
    assert (finding.rule, finding.subject, finding.severity) == ("untested-file", "app/b.py", Severity.INFO)


def test_notes_say_where_lines_are_missing_and_what_was_measured() -> None:
    notes = " ".join(read(step("a", 1, 1), configured=False).notes)
    assert "missing lines 7" in notes
    assert "`source` of onward.toml" in notes


def test_limits_are_those_of_the_definition() -> None:
    given = GateSettings(gate="coverage", options={"lines": 70.0, "branches": None})
    assert [(limit.measure, limit.value) for limit in coverage.GATE.limits(given)] == [("coverage.lines", 70.0)]


def test_a_merge_that_is_not_ours_is_unreadable() -> None:
    with pytest.raises(ReadError):
        read({"step": "a"})


def test_defects_outweigh_what_is_covered() -> None:
    tree = trees.texts({"app/a.py": "x = 1\n" * 200, "app/b.py": "", "tests/test_a.py": "y = 1\n" * 900})
    for defect in coverage.GATE.defects:
        (change,) = defect.plant(tree, values.pipeline())
        (edit,) = change.edits
        assert edit.path.startswith("app/")
        assert len((edit.text or "").splitlines()) > 100
