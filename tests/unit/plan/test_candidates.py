"""Which checks concern a project is known without a machine, and is all that a machine is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit import values
from onward.model.application import Application, Health, Server
from onward.model.facts import FORMATTER, LINTER, Fact
from onward.model.gate import Applies, CheckContext, Gate, Keep, Matrix
from onward.model.need import (
    APPLICATION,
    BROWSER,
    Account,
    BaseImage,
    EnvironmentUse,
    Interpreter,
    Need,
    Packages,
    Service,
)
from onward.model.pipeline import Pipeline, Profile, ServiceSpec
from onward.model.plan import Candidate
from onward.plan.candidates import candidates, needs, users
from onward.plan.select import Request

NEVER = Applies(yes=False, why="no such files")
POSTGRES = ServiceSpec(name="database", kind="postgres", image="postgres:15", version="15", variables=("URL",))
REDIS = ServiceSpec(name="cache", kind="redis", image="redis:7", version="7", variables=("CACHE",))
APP = Application(server=Server(name="application", command=("serve",), health=Health(path="/health")))


def found(*gates: Gate, pipeline: Pipeline | None = None, **request: object) -> dict[str, Candidate]:
    asked = replace(Request(), **request)  # type: ignore[arg-type]  # tests name the fields they change
    given = pipeline or values.pipeline(gates)
    return {candidate.id: candidate for candidate in candidates(gates, given, values.project(), request=asked)}


def one_needing(*asked: object, pipeline: Pipeline) -> tuple[Need, ...]:
    gate = values.gate("scan", values.check(needs=asked))
    settled = replace(pipeline, gates=values.pipeline((gate,)).gates)
    return found(gate, pipeline=settled)["scan/tool"].needs


def reasons(given: dict[str, Candidate]) -> dict[str, str | None]:
    return {name: entry.skip_reason.code if entry.skip_reason else None for name, entry in given.items()}


def test_every_check_is_a_candidate_or_says_why_not() -> None:
    data = Keep(kind="data", path="data", media_type="text/plain")
    gates = (
        values.gate("tests", values.check("pytest", keeps=(data,))),
        values.gate(
            "coverage",
            values.check("merge", consumes=("data",)),
            values.check("slow", profiles=(Profile.CI,)),
            values.check("idle", applies=lambda _: NEVER),
        ),
        values.gate("lint"),
    )
    assert reasons(found(*gates, named=("coverage",))) == {
        "tests/pytest": None,
        "coverage/merge": None,
        "coverage/slow": "check-outside-profile",
        "coverage/idle": "does-not-apply",
        "lint/tool": "not-asked-for",
    }


@pytest.mark.parametrize(
    ("matrix", "profile", "pythons"),
    [
        (Matrix.NONE, Profile.FULL, ()),
        (Matrix.DEPLOYED, Profile.FULL, ("3.11",)),
        (Matrix.HIGHEST, Profile.FULL, ("3.11", "3.9")),
        (Matrix.EVERY, Profile.FULL, ("3.9", "3.11")),
        (Matrix.EVERY, Profile.QUICK, ("3.11",)),
    ],
)
def test_a_candidate_knows_its_interpreters(matrix: Matrix, profile: Profile, pythons: tuple[str, ...]) -> None:
    gate = values.gate("tests", values.check("pytest", matrix=matrix))
    candidate = found(gate, profile=profile)["tests/pytest"]
    assert candidate.pythons == pythons
    assert needs((candidate,)) == tuple(Interpreter(python) for python in pythons)


def test_applies_is_asked_once_and_knows_no_interpreter() -> None:
    asked: list[str | None] = []

    def applies(context: CheckContext) -> Applies:
        asked.append(context.python)
        return Applies(yes=True, why="it has files")

    candidate = found(values.gate("tests", values.check(matrix=Matrix.EVERY, applies=applies)))["tests/tool"]
    assert (asked, candidate.applies.why) == ([None], "it has files")


def test_a_machine_is_asked_only_for_what_the_candidates_need() -> None:
    gates = (
        values.gate(
            "a",
            values.check("here", needs=(Account("HERE"), Service("postgres"))),
            values.check("late", needs=(Account("LATE"),), profiles=(Profile.CI,)),
        ),
        values.gate("b", values.check("idle", needs=(Account("ELSEWHERE"),), applies=lambda _: NEVER)),
    )
    assert needs(found(*gates).values()) == (Account("HERE"),)
    assert needs(found(*gates, profile=Profile.CI).values()) == (Account("HERE"), Account("LATE"))


def test_what_depends_on_the_project_is_a_need_like_the_others() -> None:
    def packages(context: CheckContext) -> tuple[Need, ...]:
        return (Packages(context.settings.text("folder") or "web"),)

    assert one_needing(packages, BROWSER, pipeline=values.pipeline()) == (Packages("web"), BROWSER)


def test_of_services_only_declared_ones_are_needed_by_name_or_kind() -> None:
    pipeline = values.pipeline(services=(POSTGRES, REDIS))
    assert one_needing(Service("postgres"), Service("rabbitmq"), pipeline=pipeline) == (Service("database"),)
    assert one_needing(Service("cache"), pipeline=pipeline) == (Service("cache"),)


def test_whoever_uses_the_application_gets_every_service_of_it() -> None:
    pipeline = values.pipeline(services=(POSTGRES, REDIS))
    environment = EnvironmentUse()
    assert one_needing(environment, APPLICATION, pipeline=pipeline) == (environment,)
    running = replace(pipeline, application=APP)
    every = (APPLICATION, Service("database"), Service("cache"))
    assert one_needing(APPLICATION, pipeline=running) == every


def test_a_gate_sees_the_facts_that_it_declares_and_no_other() -> None:
    def applies(context: CheckContext) -> Applies:
        return Applies(yes="black" in context.project.fact(FORMATTER), why="black")

    project = values.project(facts=(Fact(name="formatter", value=("black",)), Fact(name="linter", value=None)))
    gate = values.gate("format", values.check(applies=applies), facts=(FORMATTER,))
    (candidate,) = candidates((gate,), values.pipeline((gate,)), project, request=Request())
    assert candidate.skip_reason is None
    with pytest.raises(LookupError, match='"linter" is asked for and not declared'):
        candidate.context.project.fact(LINTER)
    silent = replace(gate, facts=())
    with pytest.raises(LookupError, match='"formatter" is asked for and not declared'):
        candidates((silent,), values.pipeline((silent,)), project, request=Request())


def test_an_unknown_fact_has_a_value_to_go_on_with() -> None:
    project = values.project(facts=(Fact(name="formatter", value=None),))
    assert project.fact(FORMATTER) == ()


def test_the_users_of_a_need_are_known_with_and_without_a_project() -> None:
    def images(_: CheckContext) -> tuple[Need, ...]:
        return (BaseImage("python:3.11"),)

    gate = values.gate(
        "container", values.check("build", needs=(BROWSER, images)), values.check("run", needs=(images,))
    )
    assert users((gate,)) == {BROWSER: ("container/build",)}
    assert users((gate,), found(gate).values()) == {
        BROWSER: ("container/build",),
        BaseImage("python:3.11"): ("container/build", "container/run"),
    }
