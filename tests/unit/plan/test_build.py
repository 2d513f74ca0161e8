from __future__ import annotations

from dataclasses import replace

import pytest

from kit import values
from onward.errors import ConfigError, UsageError
from onward.model.facts import Revision
from onward.model.gate import Applies, Check, Gate, Keep, Matrix, Need
from onward.model.pipeline import Profile
from onward.model.plan import Machine, Plan
from onward.plan.build import build_plan, needs
from onward.plan.graph import ordered
from onward.plan.select import Request

DATA = Keep(kind="coverage-data", path="data", media_type="application/octet-stream")
TESTS = values.gate("tests", values.check("pytest", matrix=Matrix.EVERY, keeps=(DATA,)))
COVERAGE = values.gate("coverage", values.check("merge", matrix=Matrix.HIGHEST, consumes=("coverage-data",)))
LINT = values.gate("lint", values.check("flake8", narrows=True, inputs=("*.py",)))
HALL = (LINT, COVERAGE, TESTS)
BOTH = values.machine("python:3.9", "python:3.11")


def plan(*, gates: tuple[Gate, ...] = HALL, machine: Machine = BOTH, **request: object) -> Plan:
    asked = replace(Request(), **request)  # type: ignore[arg-type]
    return build_plan(gates, values.pipeline(gates), values.project(), machine, request=asked)


def test_steps_come_after_what_feeds_them() -> None:
    assert [step.id for step in plan().steps] == [
        "lint/flake8",
        "tests/pytest[3.9]",
        "tests/pytest[3.11]",
        "coverage/merge",
    ]
    assert plan().step("coverage/merge").feeds == ("tests/pytest[3.9]", "tests/pytest[3.11]")


def test_an_interpreter_that_is_absent_excuses_its_step_and_ci_demands_it() -> None:
    only = values.machine("python:3.11")
    step = plan(machine=only).step("tests/pytest[3.9]")
    assert step.skip_reason is not None
    assert (step.skip_reason.code, step.required) == ("need-absent", False)
    assert plan(machine=only, profile=Profile.CI).step("tests/pytest[3.9]").required
    assert plan(machine=only, named=("tests",)).step("tests/pytest[3.9]").required


def test_what_comes_after_an_excused_step_also_comes_after_what_that_one_waits_for() -> None:
    browser = values.check("journeys", needs=(Need(kind="browser", name="chromium"),))
    publish = values.gate("publish", values.check("push"), after=("e2e",))
    gates = (TESTS, values.gate("e2e", browser, after=("tests",)), publish)
    found = plan(gates=gates)
    assert found.step("e2e/journeys").skip_reason is not None
    assert found.step("publish/push").after == ("e2e/journeys", "tests/pytest[3.9]", "tests/pytest[3.11]")


def test_only_what_may_be_planned_and_concerns_the_project_is_probed() -> None:
    def needing(name: str, **more: object) -> Check:
        return values.check(name, needs=(Need(kind="program", name=name),), **more)

    gates = (
        values.gate("a", needing("here"), needing("late", profiles=(Profile.CI,))),
        values.gate("b", needing("elsewhere", applies=lambda _: Applies(yes=False, why="no such files"))),
    )
    asked = {
        profile: {need.name for need in needs(gates, values.pipeline(gates), values.project(), request=request)}
        for profile, request in ((one, Request(profile=one)) for one in (Profile.FULL, Profile.CI))
    }
    assert asked[Profile.FULL] - {"3.9", "3.11"} == {"here"}
    assert asked[Profile.CI] - {"3.9", "3.11"} == {"here", "late"}


def test_the_newest_interpreter_of_this_machine_stands_for_the_newest() -> None:
    assert plan().step("coverage/merge").context.python == "3.11"
    assert plan(machine=values.machine("python:3.9")).step("coverage/merge").context.python == "3.9"


def test_quick_shrinks_the_matrix_to_what_is_deployed() -> None:
    assert [step.id for step in plan(profile=Profile.QUICK).steps if step.gate == "tests"] == ["tests/pytest"]


def test_naming_a_gate_adds_what_it_is_made_from() -> None:
    found = plan(named=("coverage",))
    assert {step.gate for step in found.steps} == {"tests", "coverage"}
    assert found.selections[0].skip_reason is not None
    assert found.notes == ("tests: added because what was asked for is made from it",)


def test_an_unknown_gate_is_a_usage_error_with_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        plan(named=("covrage",))
    assert caught.value.hint == 'did you mean "coverage"?'


def test_a_gate_outside_the_profile_is_listed_with_its_reason() -> None:
    pipeline = values.pipeline(HALL)
    narrowed = replace(
        pipeline,
        gates=tuple(replace(one, profiles=(Profile.CI,)) if one.gate == "lint" else one for one in pipeline.gates),
    )
    found = build_plan(HALL, narrowed, values.project(), BOTH, request=Request())
    assert found.selections[0].skip_reason is not None
    assert found.selections[0].skip_reason.code == "outside-profile"


def test_a_gate_that_is_switched_off_says_why() -> None:
    pipeline = replace(
        values.pipeline(HALL), gates=(values.settings("lint", enabled=False, skip_reason="no code yet"),)
    )
    found = build_plan((LINT,), pipeline, values.project(), BOTH, request=Request())
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
    found = build_plan(HALL, values.pipeline(HALL), project, BOTH, request=request)
    skip_reason = found.step("lint/flake8").skip_reason
    assert skip_reason is not None
    assert skip_reason.code == "unaffected"
    touched = replace(project, changed=("app/a.py", "app/gone.py"))
    found = build_plan(HALL, values.pipeline(HALL), touched, BOTH, request=request)
    assert found.step("lint/flake8").context.narrowed == ("app/a.py",)


def test_a_need_of_a_check_is_probed_and_named() -> None:
    scan = values.gate("scan", values.check(needs=(Need(kind="program", name="trivy"),)))
    skip_reason = plan(gates=(scan,)).steps[0].skip_reason
    assert skip_reason is not None
    assert skip_reason.text == "program:trivy was not probed"


def test_a_need_that_depends_on_the_project_is_probed_like_the_others() -> None:
    base = Need(kind="image", name="python:3.11")
    gate = values.gate("scan", values.check(more_needs=lambda _: (base,)))
    pipeline, request = values.pipeline((gate,)), Request()
    assert base in needs((gate,), pipeline, values.project(), request=request)
    skip_reason = plan(gates=(gate,)).steps[0].skip_reason
    assert skip_reason is not None
    assert skip_reason.text == "image:python:3.11 was not probed"
    idle = values.gate("scan", values.check(more_needs=lambda _: (base,), applies=lambda _: Applies(yes=False, why="")))
    assert base not in needs((idle,), values.pipeline((idle,)), values.project(), request=request)


def test_a_cycle_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="wait for each other"):
        ordered(["a", "b"], {"a": ["b"], "b": ["a"]})


def test_order_is_that_of_the_hall_where_nothing_waits() -> None:
    assert ordered(["c", "a", "b"], {}) == ("c", "a", "b")
    assert ordered(["c", "a", "b"], {"c": ["b", "unknown"]}) == ("a", "b", "c")


def test_a_second_opinion_may_be_absent_everywhere_unless_it_is_required() -> None:
    need = Need(kind="account", name="SOME_KEY")
    gate = values.gate("lint", values.check("flake8"), values.check("other", needs=(need,), optional=True))
    step = plan(gates=(gate,), profile=Profile.CI, named=("lint",)).step("lint/other")
    assert (step.skip_reason is not None, step.required) == (True, False)
    required = replace(values.pipeline((gate,)), gates=(values.settings("lint", required=True),))
    made = build_plan((gate,), required, values.project(), BOTH, request=Request())
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
