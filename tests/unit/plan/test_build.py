from __future__ import annotations

from dataclasses import replace

import pytest

from kit import values
from onward.errors import ConfigError, UsageError
from onward.model.facts import Project, Revision
from onward.model.gate import Applies, Gate, Keep, Matrix
from onward.model.need import BROWSER, Account, Interpreter
from onward.model.pipeline import Pipeline, Profile
from onward.model.plan import Machine, Plan
from onward.model.toolbox import TRIVY
from onward.plan.build import build_plan
from onward.plan.candidates import candidates
from onward.plan.graph import ordered
from onward.plan.select import Request

DATA = Keep(kind="coverage-data", path="data", media_type="application/octet-stream")
TESTS = values.gate("tests", values.check("pytest", matrix=Matrix.EVERY, keeps=(DATA,)))
COVERAGE = values.gate("coverage", values.check("merge", matrix=Matrix.HIGHEST, consumes=("coverage-data",)))
LINT = values.gate("lint", values.check("flake8", narrows=True, inputs=("*.py",)))
REGISTRY = (LINT, COVERAGE, TESTS)
BOTH = values.machine(Interpreter("3.9"), Interpreter("3.11"))


def plan(*, gates: tuple[Gate, ...] = REGISTRY, machine: Machine = BOTH, **request: object) -> Plan:
    asked = replace(Request(), **request)  # type: ignore[arg-type]
    return planned(gates, values.pipeline(gates), values.project(), asked, machine=machine)


def planned(
    gates: tuple[Gate, ...], pipeline: Pipeline, project: Project, request: Request, *, machine: Machine = BOTH
) -> Plan:
    found = candidates(gates, pipeline, project, request=request)
    return build_plan(found, project, machine, request=request)


def test_steps_come_after_what_feeds_them() -> None:
    assert [step.id for step in plan().steps] == [
        "lint/flake8",
        "tests/pytest[3.9]",
        "tests/pytest[3.11]",
        "coverage/merge",
    ]
    assert plan().step("coverage/merge").feeds == ("tests/pytest[3.9]", "tests/pytest[3.11]")


def test_an_interpreter_that_is_absent_excuses_its_step_and_ci_demands_it() -> None:
    only = values.machine(Interpreter("3.11"))
    step = plan(machine=only).step("tests/pytest[3.9]")
    assert step.skip_reason is not None
    assert (step.skip_reason.code, step.required) == ("need-absent", False)
    assert plan(machine=only, profile=Profile.CI).step("tests/pytest[3.9]").required
    assert plan(machine=only, named=("tests",)).step("tests/pytest[3.9]").required


def test_what_comes_after_an_excused_step_also_comes_after_what_that_one_waits_for() -> None:
    browser = values.check("journeys", needs=(BROWSER,))
    publish = values.gate("publish", values.check("push"), after=("e2e",))
    gates = (TESTS, values.gate("e2e", browser, after=("tests",)), publish)
    found = plan(gates=gates)
    assert found.step("e2e/journeys").skip_reason is not None
    assert found.step("publish/push").after == ("e2e/journeys", "tests/pytest[3.9]", "tests/pytest[3.11]")


def test_the_newest_interpreter_of_this_machine_stands_for_the_newest() -> None:
    assert plan().step("coverage/merge").context.python == "3.11"
    assert plan(machine=values.machine(Interpreter("3.9"))).step("coverage/merge").context.python == "3.9"


def test_quick_shrinks_the_matrix_to_what_is_deployed() -> None:
    assert [step.id for step in plan(profile=Profile.QUICK).steps if step.gate == "tests"] == ["tests/pytest"]


def test_naming_a_gate_adds_what_it_is_made_from() -> None:
    found = plan(named=("coverage",))
    assert {step.gate for step in found.steps} == {"tests", "coverage"}
    assert found.selections[0].skip_reason is not None
    assert found.notes == ("tests: added because the selected gates use its results",)


def test_an_unknown_gate_is_a_usage_error_with_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        plan(named=("covrage",))
    assert caught.value.hint == 'did you mean "coverage"?'


def test_a_gate_outside_the_profile_is_listed_with_its_reason() -> None:
    pipeline = values.pipeline(REGISTRY)
    narrowed = replace(
        pipeline,
        gates=tuple(replace(gate, profiles=(Profile.CI,)) if gate.gate == "lint" else gate for gate in pipeline.gates),
    )
    found = planned(REGISTRY, narrowed, values.project(), Request())
    assert found.selections[0].skip_reason is not None
    assert found.selections[0].skip_reason.code == "outside-profile"


def test_a_gate_that_is_switched_off_says_why() -> None:
    pipeline = replace(
        values.pipeline(REGISTRY), gates=(values.settings("lint", enabled=False, skip_reason="no code yet"),)
    )
    found = planned((LINT,), pipeline, values.project(), Request())
    assert found.selections[0].skip_reason is not None
    assert "no code yet" in found.selections[0].skip_reason.text


def test_a_check_that_does_not_apply_leaves_the_gate_out() -> None:
    lonely = values.gate("lint", values.check(applies=lambda _: Applies(yes=False, why="no Python here")))
    selection = plan(gates=(lonely,)).selections[0]
    assert selection.skip_reason is not None
    assert selection.skip_reason.text == "no Python here"


def test_changed_leaves_out_what_the_change_cannot_affect_and_narrows_the_rest() -> None:
    revision = Revision(head="b" * 40, base="a" * 40, branch="x", tree="t", dirty=False)
    project = values.project(changed=("README.md",), revision=revision)
    request = Request(changed=True)
    found = planned(REGISTRY, values.pipeline(REGISTRY), project, request)
    skip_reason = found.step("lint/flake8").skip_reason
    assert skip_reason is not None
    assert skip_reason.code == "unaffected"
    touched = replace(project, changed=("app/a.py", "app/gone.py"))
    found = planned(REGISTRY, values.pipeline(REGISTRY), touched, request)
    assert found.step("lint/flake8").context.narrowed == ("app/a.py",)


def test_a_need_of_a_check_is_probed_and_named() -> None:
    scan = values.gate("scan", values.check(needs=(TRIVY,)))
    skip_reason = plan(gates=(scan,)).steps[0].skip_reason
    assert skip_reason is not None
    assert skip_reason.text == "program:trivy was not probed"


def test_a_cycle_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="circular dependency"):
        ordered(["a", "b"], {"a": ["b"], "b": ["a"]})


def test_order_is_that_of_the_registry_where_nothing_waits() -> None:
    assert ordered(["c", "a", "b"], {}) == ("c", "a", "b")
    assert ordered(["c", "a", "b"], {"c": ["b", "unknown"]}) == ("a", "b", "c")


def test_a_second_opinion_may_be_absent_everywhere_unless_it_is_required() -> None:
    need = Account("SOME_KEY")
    gate = values.gate("lint", values.check("flake8"), values.check("other", needs=(need,), optional=True))
    step = plan(gates=(gate,), profile=Profile.CI, named=("lint",)).step("lint/other")
    assert (step.skip_reason is not None, step.required) == (True, False)
    required = replace(values.pipeline((gate,)), gates=(values.settings("lint", required=True),))
    made = planned((gate,), required, values.project(), Request())
    assert made.step("lint/other").required


def test_a_check_that_does_not_apply_pulls_nothing_into_the_run() -> None:
    idle = replace(COVERAGE.checks[0], applies=lambda _: Applies(yes=False, why="nothing to do"))
    docs = values.gate("docs", values.check("links"), idle)
    assert [step.gate for step in plan(gates=(docs, TESTS), named=("docs",)).steps] == ["docs"]


def test_checks_that_are_left_to_profile_ci_are_named() -> None:
    slow = values.check("slow", profiles=(Profile.CI,))
    staged = values.check("staged", profiles=(Profile.QUICK,))
    idle = values.check("idle", profiles=(Profile.CI,), applies=lambda _: Applies(yes=False, why="nothing to do"))
    gate = values.gate("scan", values.check("fast"), slow, staged, idle)
    assert plan(gates=(gate,)).notes == ("not in profile full: scan/slow",)
    assert plan(gates=(gate,), profile=Profile.CI).notes == ()
