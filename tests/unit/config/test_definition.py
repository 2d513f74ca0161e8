from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.definitions import FULL, HEAD, MISTAKES, WAIVER
from kit.registry import REGISTRY, gate
from onward.config import definition
from onward.config.definition import parse
from onward.errors import ConfigError
from onward.model.finding import Severity
from onward.model.gate import Gate
from onward.model.pipeline import CustomGate, Layer, Pipeline, Profile, ServiceSpec, Waiver

PATH = Path("/home/me/shop/onward.toml")


def read(text: str, gates: tuple[Gate, ...] = REGISTRY) -> Pipeline:
    return parse(text, gates, where=str(PATH), name=PATH.parent.name)


def mistakes(text: str, gates: tuple[Gate, ...] = REGISTRY) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(text, gates)
    return caught.value.mistakes


def test_everything_is_read() -> None:
    pipeline = read(FULL)
    assert (pipeline.name, pipeline.pythons, pipeline.deployed_python) == ("shop", ("3.9", "3.11"), "3.11")
    assert (pipeline.source, pipeline.tests, pipeline.default_branch) == (("app", "main.py"), ("tests",), "develop")
    assert pipeline.requirements == ("requirements-dev.txt",)
    assert pipeline.deployed_requirements == ("requirements.txt",)
    assert pipeline.offline
    assert pipeline.workspace_include == ("data/**/*.csv",)
    assert pipeline.environment == (("MODE", "test"),)
    assert pipeline.services == (
        ServiceSpec(
            name="postgres",
            kind="postgres",
            image="postgres:15.4-alpine",
            version="15.4",
            variables=("DATABASE_URL",),
            scheme="postgresql+psycopg",
            extensions=("pgcrypto",),
        ),
        ServiceSpec(name="cache", kind="redis", image="redis:7", version="7", variables=("REDIS_URL", "CELERY_URL")),
    )
    assert pipeline.custom == (
        CustomGate(
            id="javascript",
            title="javascript",
            command=("npm", "test"),
            format="exit",
            count=r"tests=ran (\d+) tests",
            services=("cache",),
        ),
    )
    assert pipeline.waivers == (
        Waiver(
            id="old-jinja",
            gate="lint",
            reason="generated",
            owner="ana@example.org",
            expires=date(2027, 1, 31),
            rule="E501",
            path="app/*.py",
        ),
    )


def test_settings_of_gates() -> None:
    pipeline = read(FULL)
    assert [settings.gate for settings in pipeline.gates] == ["lint", "tests", "integration", "coverage", "javascript"]
    lint, integration = pipeline.settings("lint"), pipeline.settings("integration")
    assert (lint.enabled, lint.skip_reason) == (False, "the linter comes next month")
    assert (integration.required, integration.profiles, integration.block) == (True, (Profile.CI,), Severity.HIGH)
    assert (integration.timeout_s, integration.after) == (5400.0, ("tests",))
    assert integration.options["patience"] == 0.5
    assert integration.options["budget"] == 2 * 2**20
    assert integration.number("lines") == 70
    assert integration.texts("args") == ("-p", "x", "-p", "x")
    assert integration.text("mode") == "plain"
    assert integration.text("least") == "medium"
    assert integration.texts("paths") == ("tests/integration",)


def test_defaults_are_those_of_the_gate() -> None:
    coverage = read(HEAD).settings("coverage")
    assert (coverage.profiles, coverage.block) == ((Profile.FULL, Profile.CI), Severity.MEDIUM)
    assert (coverage.timeout_s, coverage.after, coverage.enabled) == (600.0, ("tests",), True)


def test_the_least_definition() -> None:
    pipeline = read(HEAD)
    assert (pipeline.name, pipeline.pythons, pipeline.deployed_python) == ("shop", ("3.11",), None)
    assert (pipeline.source, pipeline.tests, pipeline.default_branch) == ((".",), ("tests",), "main")


@pytest.mark.parametrize(("image", "variable"), [("postgres:15", "DATABASE_URL"), ("redis:7", "REDIS_URL")])
def test_services_have_usual_variables(image: str, variable: str) -> None:
    (service,) = read(f'{HEAD}[services.one]\nimage = "{image}"\n').services
    assert service.variables == (variable,)


def test_origins_are_kept() -> None:
    origins = {origin.key: origin for origin in read(FULL).origins}
    assert (origins["offline"].layer, origins["offline"].where) == (Layer.FILE, "onward.toml:3")
    assert origins["gates.integration.timeout"].where == "onward.toml:39"
    assert origins["gates.integration.timeout"].value == 5400.0
    assert origins["gates.tests.timeout"].layer is Layer.DEFAULT
    assert origins["services.cache.variables"].value == ("REDIS_URL", "CELERY_URL")
    assert origins["environment.MODE"].where == "onward.toml:19"
    assert origins["waivers[0].rule"].where == "onward.toml:55"


def test_all_mistakes_at_once_in_the_order_of_the_file() -> None:
    text = (
        'schema = 1\nofline = true\n[project]\npython = [3.11]\n[gates.tests]\ntimout = "3m"\n'
        'block = "hihg"\n[gates.lnt]\nenabled = true\n'
    )
    assert mistakes(text) == (
        'onward.toml:2:1 ofline: unknown key; did you mean "offline"?',
        'onward.toml:4:11 project.python[0]: expected a string, got the number 3.11; quote it, as in "3.11"',
        'onward.toml:6:1 gates.tests.timout: unknown key; did you mean "timeout"?',
        'onward.toml:7:1 gates.tests.block: "hihg" is not one of critical, high, medium, low, info; did you mean "high"?',
        'onward.toml:8:8 gates.lnt: unknown gate; did you mean "lint"? (a custom gate needs command and format)',
    )


def one(text: str) -> str:
    (only,) = mistakes(text)
    return only


@pytest.mark.parametrize(("text", "mistake"), MISTAKES)
def test_mistakes(text: str, mistake: str) -> None:
    assert any(mistake in found for found in mistakes(text)), mistakes(text)


def test_a_waiver_id_is_taken_once() -> None:
    entry = WAIVER.removeprefix(HEAD) + 'rule = "x"\n'
    assert one(HEAD + entry + entry) == 'onward.toml:12:1 waivers[1].id: "a" is also the id of waivers[0]'


def test_an_expired_waiver_is_no_mistake_of_the_file() -> None:
    (waiver,) = read(WAIVER.replace("2027", "2001") + 'rule = "x"\n').waivers
    assert waiver.expires == date(2001, 1, 31)


def test_a_date_may_stand_in_quotes() -> None:
    (waiver,) = read(WAIVER.replace("2027-01-31", '"2027-01-31"') + 'rule = "x"\n').waivers
    assert waiver.expires == date(2027, 1, 31)


def test_a_newer_shape_is_the_only_thing_said() -> None:
    assert len(mistakes("schema = 9\nnonsense = 1\n[gates.tests]\nx = 1\n")) == 1
    assert len(mistakes('schema = 1\nrequires = ">=99"\nnonsense = 1\n')) == 1


def test_a_file_that_is_mistaken_throughout_is_answered_in_time() -> None:
    found = mistakes(HEAD + "".join(f"kez{number} = {number}\n" for number in range(20_000)))
    assert len(found) == 20_000
    assert found[-1] == "onward.toml:20003:1 project.kez19999: unknown key"


def test_default_order_of_gates_is_not_the_users_mistake() -> None:
    assert read(HEAD, (gate("alone", after=("elsewhere",)),)).settings("alone").after == ("elsewhere",)


def test_the_error_says_where_and_what_next() -> None:
    with pytest.raises(ConfigError) as caught:
        read(HEAD + "x = 1\n")
    assert (caught.value.message, caught.value.where) == ("onward.toml has one mistake", str(PATH))
    assert "onward config --reference" in caught.value.hint


def test_the_nearest_definition_upwards_holds(tmp_path: Path) -> None:
    inner = tmp_path / "services" / "shop"
    (inner / "app" / "deep").mkdir(parents=True)
    (tmp_path / "onward.toml").write_text(HEAD + 'name = "outer"\n')
    (inner / "onward.toml").write_text(HEAD)
    loaded = definition.load(inner / "app" / "deep", REGISTRY, environ={})
    assert (loaded.root, loaded.pipeline.name) == (inner, "shop")
    assert (loaded.profile, loaded.jobs) == (Profile.FULL, None)
    assert definition.load(tmp_path / "services", REGISTRY, environ={}).pipeline.name == "outer"


def test_without_a_definition(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no onward\.toml found here or above") as caught:
        definition.load(tmp_path, REGISTRY, environ={})
    assert "onward init" in caught.value.hint


def refusal(text: str) -> ConfigError | None:
    try:
        read(text)
    except ConfigError as error:
        return error
    return None


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_definition_or_an_error(text: str) -> None:
    error = refusal(text)
    assert error is None or error.mistakes


WORDS = st.sampled_from(
    ["schema", "project", "python", "gates", "tests", "timeout", "waivers", "services", "environment", "x"]
)
JUNK = st.recursive(
    st.sampled_from(["1", "0", "true", '"3.11"', '""', "1.5", "2027-01-31", "nan", '"2m"']),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(WORDS, inner, max_size=3).map(
            lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
        ),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(WORDS, JUNK, max_size=5))
def test_no_shape_of_a_document_is_a_bug(content: dict[str, str]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in content.items())
    error = refusal(text)
    assert error is None or error.mistakes
    assert error is None or all(mistake.startswith("onward.toml:") for mistake in error.mistakes)
