"""The test gates with a real pytest: every test reported, each in one gate, nothing hidden by the project's own options."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kit import guests, steps
from onward.gates import coverage, e2e, integration, tests
from onward.model.evidence import Evidence, TestOutcome
from onward.model.gate import Defect, Gate
from onward.model.pipeline import OptionValue, Pipeline

pytestmark = pytest.mark.tools

GATES = (tests.GATE, integration.GATE, coverage.GATE, e2e.GATE)
MONEY = """def split(total, parts):
    if parts < 1:
        raise ValueError(parts)
    each, rest = divmod(total, parts)
    return [each + (1 if index < rest else 0) for index in range(parts)]
"""
PROJECT = {
    "app/__init__.py": "",
    "app/money.py": MONEY,
    "app/unused.py": "def never():\n    return 1\n",
    "tests/test_money.py": """import os

import pytest

from app.money import split


def test_even():
    assert split(10, 2) == [5, 5]


def test_odd():
    assert split(10, 3) == [4, 3, 3]


@pytest.mark.sqlite_incompatible
def test_needs_a_database():
    assert os.environ["DATABASE_URL"].endswith(os.environ.get("PYTEST_XDIST_WORKER", "main"))
""",
    "tests/integration/conftest.py": 'import os\n\nURL = os.environ["DATABASE_URL"]\n',
    "tests/integration/test_rows.py": """import os

import pytest


@pytest.mark.parametrize("number", range(4))
def test_worker_has_its_own(number):
    assert os.environ["DATABASE_URL"].endswith(os.environ.get("PYTEST_XDIST_WORKER", "main"))
""",
    "pytest.ini": "[pytest]\nmarkers =\n    sqlite_incompatible: needs PostgreSQL\n",
}
SERVICES = {
    "DATABASE_URL": "postgresql://127.0.0.1/main",
    "ONWARD_WORKER_SERVICES": json.dumps(
        {f"gw{n}": {"DATABASE_URL": f"postgresql://127.0.0.1/gw{n}"} for n in range(2)}
    ),
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wanted = ("pytest", "pytest-cov", "pytest-xdist", "pytest-rerunfailures")
    return steps.environment(tmp_path_factory.mktemp("env"), *wanted)


@pytest.fixture
def stage(tmp_path: Path, python: Path) -> steps.Stage:
    return steps.Stage(tree=steps.write(tmp_path / "shop", PROJECT), work=tmp_path / "work", python=python)


def given(**options: Mapping[str, OptionValue]) -> Pipeline:
    return steps.pipeline_of(GATES, options)


def perform(
    stage: steps.Stage,
    gate: Gate,
    pipeline: Pipeline | None = None,
    name: str = "step",
    *,
    fed: tuple[Evidence, ...] = (),
) -> Evidence:
    with_services = replace(stage, env={**stage.env, **SERVICES}) if gate is integration.GATE else stage
    context = steps.context_for(stage.tree, gate.id, pipeline or given())
    return with_services.perform(gate.checks[0], context, name, fed)


def run(
    stage: steps.Stage,
    gate: Gate,
    pipeline: Pipeline | None = None,
    name: str = "step",
    *,
    fed: tuple[Evidence, ...] = (),
) -> Evidence:
    evidence = perform(stage, gate, pipeline, name, fed=fed)
    assert evidence.error is None
    return evidence


def rules(reading: Evidence) -> list[str]:
    return sorted(finding.rule for finding in reading.findings)


def executed(reading: Evidence) -> int:
    return next(looked.count for looked in reading.looked_at if looked.what == "tests executed")


def test_every_test_belongs_to_one_gate(stage: steps.Stage) -> None:
    mine = {test.node_id for test in run(stage, tests.GATE, name="tests").tests}
    theirs = {test.node_id for test in run(stage, integration.GATE, name="integration").tests}
    assert mine == {"tests/test_money.py::test_even", "tests/test_money.py::test_odd"}
    assert len(theirs) == 5
    assert not mine & theirs


def test_workers_have_services_of_their_own(stage: steps.Stage) -> None:
    reading = run(stage, integration.GATE)
    assert [test.outcome for test in reading.tests] == [TestOutcome.PASSED] * 5
    assert reading.findings == ()


def test_one_after_another_without_workers(stage: steps.Stage) -> None:
    reading = run(stage, integration.GATE, given(integration={"parallel": "0"}))
    assert executed(reading) == 5
    assert reading.findings == ()


@pytest.mark.parametrize("gate", [tests.GATE, integration.GATE], ids=lambda gate: gate.id)
def test_defects_are_caught(stage: steps.Stage, gate: Gate) -> None:
    for number, defect in enumerate(gate.defects):
        planted = stage.plant(defect.plant(steps.Folder(root=stage.tree), given()))
        assert defect.rule in rules(run(stage, gate, name=f"step{number}")), defect.id
        for path in planted:
            (stage.tree / path).unlink()


HIDING = """[pytest]
addopts = -x -q -m "not sqlite_incompatible and not slow" --cov-fail-under=100 --ignore=tests/old
timeout = 30
testpaths = tests nowhere
markers =
    sqlite_incompatible: needs PostgreSQL
    slow: takes long
"""


def test_the_projects_own_options_hide_nothing(stage: steps.Stage) -> None:
    more = "\n\ndef test_first():\n    assert 0\n\n\ndef test_second():\n    assert 0\n\n\n@pytest.mark.slow\ndef test_slow():\n    pass\n"
    steps.write(stage.tree, {"pytest.ini": HIDING, "tests/old/test_old.py": "def test_old(): pass\n"})
    with (stage.tree / "tests/test_money.py").open("a") as file:
        file.write(more)
    reading = run(stage, tests.GATE)
    assert rules(reading) == [
        "ignored-path", "missing-test-path", "never-run", "test-failed", "test-failed", "unread-option",
    ]  # fmt: skip
    assert {finding.subject for finding in reading.findings} >= {"timeout", "nowhere", "tests/old"}
    claimed = run(stage, integration.GATE, name="integration")
    assert "tests/test_money.py::test_needs_a_database" in {test.node_id for test in claimed.tests}


def test_a_test_path_that_is_not_there(stage: steps.Stage) -> None:
    reading = run(stage, tests.GATE, given(tests={"paths": ("tests", "spec")}))
    assert [(finding.rule, finding.subject) for finding in reading.findings] == [("missing-test-path", "spec")]
    nothing = run(stage, tests.GATE, given(tests={"paths": ("spec",)}), name="nothing")
    assert executed(nothing) == 0
    assert rules(nothing) == ["missing-test-path"]


def test_a_flaky_test_is_a_finding(stage: steps.Stage) -> None:
    text = "TRIES = []\n\n\ndef test_flaky():\n    TRIES.append(1)\n    assert len(TRIES) > 1\n"
    steps.write(stage.tree, {"tests/test_flaky.py": text})
    reading = run(stage, tests.GATE, given(tests={"args": ("--reruns", "2")}))
    assert rules(reading) == ["flaky"]
    flaky = next(test for test in reading.tests if test.node_id.endswith("test_flaky"))
    assert flaky.attempts == (TestOutcome.FAILED, TestOutcome.PASSED)


@pytest.mark.parametrize(
    ("text", "code"), [("import nothing_of_that_name\n", "collection-error"), ("def broken(:\n", "collection-error")]
)
def test_a_module_that_cannot_be_collected(stage: steps.Stage, text: str, code: str) -> None:
    steps.write(stage.tree, {"tests/test_broken.py": text})
    reading = run(stage, tests.GATE)
    assert [problem.code for problem in reading.problems] == [code]
    assert executed(reading) == 2


def test_warnings_are_errors_and_the_reporter_makes_none(stage: steps.Stage) -> None:
    strict = "[pytest]\nfilterwarnings = error\naddopts = --strict-config\nmarkers =\n    sqlite_incompatible: needs PostgreSQL\n"
    steps.write(stage.tree, {"pytest.ini": strict})
    reading = run(stage, tests.GATE)
    assert reading.problems == ()
    assert reading.findings == ()


def test_a_plugin_that_fails_the_session_is_not_green(stage: steps.Stage) -> None:
    failing = "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n"
    steps.write(stage.tree, {"tests/conftest.py": failing})
    reading = run(stage, tests.GATE)
    assert [problem.code for problem in reading.problems] == ["unexplained-exit"]


def test_all_skipped_is_nothing_looked_at(stage: steps.Stage) -> None:
    text = (stage.tree / "tests/test_money.py").read_text()
    (stage.tree / "tests/test_money.py").write_text(
        text.replace("\n\ndef test", '\n\n@pytest.mark.skip(reason="later")\ndef test')
    )
    assert executed(run(stage, tests.GATE)) == 0


@pytest.mark.parametrize("parallel", ["0", "2"])
def test_a_test_that_ends_the_interpreter_is_not_green(stage: steps.Stage, parallel: str) -> None:
    steps.write(stage.tree, {"tests/test_exit.py": "import os\n\n\ndef test_exit():\n    os._exit(0)\n"})
    evidence = perform(stage, tests.GATE, given(tests={"parallel": parallel}))
    assert evidence.error or evidence.findings or evidence.problems


def test_a_pytest_inside_a_test_changes_nothing(stage: steps.Stage) -> None:
    text = """import subprocess
import sys


def test_nested(tmp_path):
    (tmp_path / "test_inner.py").write_text("def test_inner(): assert 0")
    subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)], cwd=tmp_path)
"""
    steps.write(stage.tree, {"tests/test_nested.py": text})
    reading = run(stage, tests.GATE)
    assert len(reading.tests) == 3
    assert reading.findings == ()


def test_coverage_of_all_gates_is_merged(stage: steps.Stage, tmp_path: Path) -> None:
    fed = (run(stage, tests.GATE, name="tests"), run(stage, integration.GATE, name="integration"))
    elsewhere = replace(stage, tree=steps.write(tmp_path / "another-shop", PROJECT))
    reading = run(elsewhere, coverage.GATE, name="coverage", fed=fed)
    assert {measure.name: round(measure.value, 2) for measure in reading.measures} == {"coverage.lines": 57.14}
    assert [(looked.what, looked.count) for looked in reading.looked_at][:2] == [
        ("steps with coverage data", 2), ("files measured", 3),
    ]  # fmt: skip
    assert (stage.work / "coverage" / "html" / "index.html").is_file()
    assert (stage.work / "coverage" / "coverage.xml").is_file()


def test_a_project_whose_modules_are_called_as_ours_are(stage: steps.Stage) -> None:
    steps.write(stage.tree, {**guests.NAMESAKES, "conftest.py": guests.CHECK})
    reading = run(stage, tests.GATE, name="tests")
    assert (executed(reading), rules(reading)) == (2, [])
    measured = run(stage, coverage.GATE, name="coverage", fed=(reading,))
    assert (measured.problems, [measure.name for measure in measured.measures]) == ((), ["coverage.lines"])


def test_branches_are_measured_where_policy_limits_them(stage: steps.Stage) -> None:
    policy = given(coverage={"branches": 50.0})
    fed = run(stage, tests.GATE, policy, name="tests")
    reading = run(stage, coverage.GATE, policy, name="coverage", fed=(fed,))
    assert {measure.name: measure.value for measure in reading.measures}["coverage.branches"] == 50.0


def test_a_step_without_data_is_too_little(stage: steps.Stage) -> None:
    whole, part = run(stage, tests.GATE, name="tests"), run(stage, integration.GATE, name="integration")
    part = replace(part, artifacts=tuple(artifact for artifact in part.artifacts if artifact.kind != "coverage-data"))
    looked = run(stage, coverage.GATE, name="coverage", fed=(whole, part)).looked_at[0]
    assert (looked.count, looked.expected) == (1, 2)


@pytest.mark.parametrize("defect", coverage.GATE.defects, ids=lambda defect: defect.id)
def test_coverage_defects_lower_what_is_measured(stage: steps.Stage, defect: Defect) -> None:
    policy = given(coverage={"branches": 50.0})

    def measured(name: str) -> float:
        fed = run(stage, tests.GATE, policy, name=f"tests-{name}")
        merged = run(stage, coverage.GATE, policy, name=name, fed=(fed,))
        return {measure.name: measure.value for measure in merged.measures}[defect.rule]

    before = measured("before")
    stage.plant(defect.plant(steps.Folder(root=stage.tree), policy))
    assert measured("after") < before


def test_the_projects_own_coverage_configuration_holds(stage: steps.Stage) -> None:
    own = "[run]\nbranch = true\nsource = app\nomit = app/unused.py\nrelative_files = true\n"
    steps.write(stage.tree, {".coveragerc": own})
    reading = run(stage, coverage.GATE, name="coverage", fed=(run(stage, tests.GATE, name="tests"),))
    assert {measure.name: measure.value for measure in reading.measures} == {
        "coverage.lines": 80.0,
        "coverage.branches": 50.0,
    }
    assert reading.findings == ()
