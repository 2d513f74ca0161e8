from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from kit import values
from onward.checks import pytest_command
from onward.gates import coverage, e2e, integration, tests
from onward.model.application import Application, Health, Server
from onward.model.gate import CheckContext, Command, Gate
from onward.model.pipeline import GateSettings, OptionValue, ServiceSpec

POSTGRES = ServiceSpec(name="postgres", kind="postgres", image="postgres:15", version="15", variables=("DATABASE_URL",))
SERVED = Application(server=Server(name="application", command=("serve", "{port}"), health=Health(path="/health")))
FILES = ("app/a.py", "tests/test_a.py", "tests/integration/test_b.py")


def settings(gate: Gate, options: Mapping[str, OptionValue]) -> GateSettings:
    return GateSettings(gate=gate.id, options={option.name: option.default for option in gate.options} | dict(options))


def context(
    gate: Gate,
    *,
    files: tuple[str, ...] = FILES,
    services: tuple[ServiceSpec, ...] = (),
    **options: Mapping[str, OptionValue],
) -> CheckContext:
    every = tuple(settings(entry, options.get(entry.id, {})) for entry in (tests.GATE, integration.GATE, coverage.GATE))
    pipeline = values.pipeline(gates=(), services=services, environment=(("PYTEST_PLUGINS", "own"),))
    pipeline = replace(pipeline, gates=every)
    own = next(entry for entry in every if entry.gate == gate.id)
    return values.context(gate.id, project=values.project(files=files), pipeline=pipeline, settings=own, python="3.11")


def command(gate: Gate, given: CheckContext) -> Command:
    (found,) = gate.checks[0].commands(given)
    return found


def claimed(found: Command) -> tuple[list[str], list[str]]:
    data = json.loads(dict(found.env)["ONWARD_TESTS"])
    (claim,) = (claim for claim in data["claims"] if claim["gate"] == "integration")
    return claim["paths"], claim["markers"]


def test_the_tests_gate_leaves_claimed_paths_alone() -> None:
    found = command(tests.GATE, context(tests.GATE))
    assert found.argv[-2:] == ("--ignore=tests/integration", "tests")
    assert claimed(found) == (["tests/integration"], ["integration", "sqlite_incompatible"])


def test_the_integration_gate_collects_everything_that_a_marker_could_claim() -> None:
    assert command(integration.GATE, context(integration.GATE)).argv[-1] == "tests"


def test_without_markers_only_claimed_paths_are_collected() -> None:
    given = context(integration.GATE, integration={"markers": ()})
    assert command(integration.GATE, given).argv[-1] == "tests/integration"


def test_both_gates_are_told_the_same() -> None:
    for services in ((), (POSTGRES,)):
        for files in (FILES, FILES[:2]):
            asked = [
                claimed(command(gate, context(gate, files=files, services=services)))
                for gate in (tests.GATE, integration.GATE)
            ]
            assert asked[0] == asked[1]


def test_a_gate_that_does_not_apply_claims_nothing() -> None:
    given = context(integration.GATE, files=FILES[:2])
    assert not integration.GATE.checks[0].applies(given).yes
    assert pytest_command.integration_tests(given) == pytest_command.IntegrationTests(paths=(), markers=())


def test_services_let_markers_claim() -> None:
    given = context(integration.GATE, files=FILES[:2], services=(POSTGRES,))
    assert integration.GATE.checks[0].applies(given).yes


def test_what_hides_results_is_undone() -> None:
    argv = command(tests.GATE, context(tests.GATE)).argv
    assert {"--maxfail=0", "--cov-fail-under=0", "--continue-on-collection-errors"} <= set(argv)


@pytest.mark.parametrize(("parallel", "words"), [("auto", "{jobs}"), ("0", "0"), ("3", "3")])
def test_workers(parallel: str, words: str) -> None:
    argv = command(tests.GATE, context(tests.GATE, tests={"parallel": parallel})).argv
    assert argv[argv.index("-n") + 1] == words


@pytest.mark.parametrize(("limit", "measured"), [(None, False), (70.0, True)])
def test_a_limit_on_branches_has_them_measured(limit: float | None, *, measured: bool) -> None:
    for gate in (tests.GATE, integration.GATE):
        argv = command(gate, context(gate, coverage={"branches": limit})).argv
        assert ("--cov-branch" in argv) is measured


def test_the_reporter_is_loaded_before_conftest_files_and_beside_the_projects_own() -> None:
    env = dict(command(tests.GATE, context(tests.GATE)).env)
    assert env["PYTEST_PLUGINS"] == "own,_onward_guest.guest.report_tests"
    assert env["PYTHONPATH"] == "{guest}/path"


def test_paths_that_are_not_there_are_not_passed_on_while_others_are() -> None:
    assert command(tests.GATE, context(tests.GATE, tests={"paths": ("tests", "spec")})).argv[-1] == "tests"
    assert command(tests.GATE, context(tests.GATE, tests={"paths": ("spec",)})).argv[-1] == "spec"


@pytest.mark.parametrize(
    ("paths", "left"),
    [
        (("tests", "tests/integration"), ("tests",)),
        (("tests/", "tests"), ("tests",)),
        ((".", "tests"), (".",)),
        (("tests", "tests_more"), ("tests", "tests_more")),
    ],
)
def test_outermost(paths: tuple[str, ...], left: tuple[str, ...]) -> None:
    assert pytest_command.outermost(paths) == left


def journeying(*, declared: tuple[str, ...] = ("pytest-playwright",)) -> CheckContext:
    given = context(tests.GATE, files=(*FILES, "tests/e2e/test_c.py"))
    every = (*given.pipeline.gates, settings(e2e.GATE, {}))
    project = replace(given.project, declared=tuple((name, None) for name in declared))
    return replace(given, pipeline=replace(given.pipeline, gates=every), project=project)


def test_journeys_belong_to_the_gate_that_has_a_browser() -> None:
    found = command(tests.GATE, journeying())
    assert found.argv[-3:] == ("--ignore=tests/integration", "--ignore=tests/e2e", "tests")
    owners = [claim["gate"] for claim in json.loads(dict(found.env)["ONWARD_TESTS"])["claims"]]
    assert owners == ["e2e", "integration"]


def test_the_integration_gate_does_not_collect_journeys() -> None:
    given = journeying()
    asked = replace(given, settings=settings(integration.GATE, {}))
    assert "--ignore=tests/e2e" in command(integration.GATE, asked).argv


def test_without_playwright_journeys_are_tests_like_others() -> None:
    given = journeying(declared=())
    assert pytest_command.journeys(given) == ()
    assert "--ignore=tests/e2e" not in command(tests.GATE, given).argv


def test_journeys_measure_no_coverage_and_get_the_address_of_the_application() -> None:
    given = replace(journeying(), settings=settings(e2e.GATE, {"retries": 2}))
    control, found = e2e.GATE.checks[0].commands(given)
    assert control.purpose == "control"
    assert not [word for word in found.argv if word.startswith(("--cov", "--base-url"))]
    assert "--reruns=2" in found.argv
    served = replace(given, pipeline=replace(given.pipeline, application=SERVED))
    assert "--base-url={application.url}" in e2e.GATE.checks[0].commands(served)[1].argv
    assert (
        dict(found.env)["PYTEST_PLUGINS"]
        == "own,_onward_guest.guest.report_tests,_onward_guest.gates.e2e.guests.watch_journeys"
    )
