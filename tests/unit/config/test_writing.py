from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.registry import REGISTRY, gate
from onward.config.definition import parse
from onward.config.values import quote
from onward.config.writing import Draft, compose
from onward.model.facts import Fact
from onward.model.pipeline import Kind, Option, Pipeline

KNOWN = (
    Fact(name="package-manager", value="pip", evidence=("requirements.txt",)),
    Fact(name="python", value=("3.9", "3.11"), evidence=("ci.yml:3 python-version: 3.9",)),
    Fact(name="deployed-python", value="3.11", evidence=("Dockerfile:1 FROM python:3.11",)),
    Fact(name="source", value=("app", "main.py"), evidence=("app/__init__.py",)),
    Fact(name="tests", value=("tests",), evidence=("pytest.ini:2 testpaths = tests",)),
    Fact(name="requirements", value=("requirements-dev.txt",)),
    Fact(name="deployed-requirements", value=("requirements.txt",), evidence=("Dockerfile:4 RUN pip install",)),
    Fact(name="database", value="postgres", evidence=("requirements.txt:4 psycopg",)),
    Fact(name="database-scheme", value="postgresql+psycopg", evidence=(".env.example:1 DATABASE_URL=…",)),
    Fact(name="database-variable", value="DATABASE_URL", evidence=(".env.example:1 DATABASE_URL=…",)),
    Fact(name="redis", value="redis", evidence=("requirements.txt:5 redis",)),
    Fact(name="redis-variable", value=None),
    Fact(name="services", value=("postgres:15",), evidence=("compose.yml:4 image: postgres:15",)),
    Fact(name="integration-tests", value=("tests/integration", "tests/integration_slow")),
    Fact(name="database-markers", value=("needs_postgres",), evidence=("pytest.ini:4 needs_postgres",)),
)
TEXT = """\
[project]
name = "shop"
# ci.yml:3 python-version: 3.9
python = ["3.9", "3.11"]
# Dockerfile:1 FROM python:3.11
deployed-python = "3.11"
source = ["app", "main.py"]
# pytest.ini:2 testpaths = tests
tests = ["tests"]
requirements = ["requirements-dev.txt"]
# Dockerfile:4 RUN pip install
deployed-requirements = ["requirements.txt"]
default-branch = "main"

# compose.yml:4 image: postgres:15
[services.postgres]
image = "postgres:15"
# .env.example:1 DATABASE_URL=…
variable = "DATABASE_URL"
# .env.example:1 DATABASE_URL=…
scheme = "postgresql+psycopg"

# unknown: which version of redis is deployed; set it and uncomment the section
# [services.redis]
# image = "redis:…"

[gates.integration]
paths = ["tests/integration", "tests/integration_slow"]
# pytest.ini:4 needs_postgres
markers = ["needs_postgres"]
"""


def draft(*facts: Fact, name: str = "shop", branch: str | None = "main") -> Draft:
    return Draft(name=name, version="0.1.0", running="3.12", branch=branch, facts=facts, gates=REGISTRY)


def load(text: str) -> Pipeline:
    return parse(text, REGISTRY, where="/home/shop/onward.toml", name="shop")


def test_what_is_known_is_written_with_its_evidence() -> None:
    text = compose(draft(*KNOWN))
    assert text.partition("\n[project]")[2] == TEXT.partition("[project]")[2]
    pipeline = load(text)
    assert (pipeline.pythons, pipeline.deployed_python) == (("3.9", "3.11"), "3.11")
    assert pipeline.services[0].scheme == "postgresql+psycopg"
    assert pipeline.settings("integration").texts("markers") == ("needs_postgres",)


def test_what_is_unknown_is_said() -> None:
    text = compose(draft(branch=None))
    unknown = [line for line in text.splitlines() if line.startswith("# unknown: ")]
    assert [line.removeprefix("# unknown: ").split(";")[0] for line in unknown] == [
        "which Python versions the project is tested under",
        "which Python is deployed",
        "where the project's own code is",
        "where tests are",
        "how packages are managed",
        "the default branch",
    ]
    assert load(text).pythons == ("3.12",)


def test_an_unusual_place_of_alembic() -> None:
    option = Option(name="config", kind=Kind.STRING, default="alembic.ini", meaning="x")
    registry = (gate("migrations", options=(option,)),)
    for value, written in (("db/alembic.ini", True), ("alembic.ini", False), ("pyproject.toml", False), (None, False)):
        facts = (Fact(name="alembic", value=value),)
        text = compose(Draft(name="x", version="1.0", running="3.11", branch=None, facts=facts, gates=registry))
        assert ('[gates.migrations]\nconfig = "db/alembic.ini"\n' in text) is written


def test_conflicts_are_shown() -> None:
    found = ("Dockerfile:1 FROM python:3.11", "runtime.txt:1 python-3.12.1")
    text = compose(draft(Fact(name="deployed-python", value=None, evidence=found)))
    assert all(f"#   {line}\n" in text for line in found)
    assert load(text).deployed_python is None


def test_versions_that_onward_does_not_work_with() -> None:
    text = compose(draft(Fact(name="python", value=("2.7", "3.8", "3.10"))))
    assert "# found, but onward needs 3.9 or newer: 2.7, 3.8" in text
    assert load(text).pythons == ("3.10",)


def test_what_is_deployed_is_tested() -> None:
    text = compose(draft(Fact(name="python", value=("3.10", "3.9")), Fact(name="deployed-python", value="3.12")))
    assert load(text).pythons == ("3.9", "3.10", "3.12")


@pytest.mark.parametrize("manager", ["poetry", "uv", "pipenv", "pyproject"])
def test_locks_speak_for_themselves(manager: str) -> None:
    text = compose(draft(Fact(name="package-manager", value=manager), KNOWN[6]))
    assert f"# packages: installed with {manager}" in text
    assert load(text).deployed_requirements == ()


def test_settings_that_a_registry_does_not_have_are_left_out() -> None:
    bare = Draft(name="x", version="1.0", running="3.11", branch=None, facts=KNOWN, gates=(gate("integration"),))
    assert "[gates" not in compose(bare)


@pytest.mark.parametrize(
    "text",
    ["", 'a"b', "back\\slash", "tab\t", "\x7f\x00", "日本 ü", "#", "\u202e\x1b[31m", "\U0001f600\U000e0001", "a\nb"],
)
def test_any_text_is_quoted(text: str) -> None:
    assert tomllib.loads(f"key = {quote(text)}") == {"key": text}


NAMES = st.sampled_from([fact.name for fact in KNOWN])
WILD = st.text(max_size=10) | st.sampled_from(
    ["3.11", "3.8", "postgres:15", "/etc", "..", "a b", "pip", "\ud800", "a\nb"]
)
FACTS = st.builds(
    lambda name, value, evidence: Fact(name=name, value=value, evidence=evidence),
    NAMES,
    st.none() | WILD | st.lists(WILD, max_size=3, unique=True).map(tuple),
    st.lists(WILD, max_size=2).map(tuple),
)


@settings(deadline=None)
@given(st.lists(FACTS, max_size=8, unique_by=lambda fact: fact.name), WILD, st.none() | WILD)
def test_the_result_always_loads(facts: list[Fact], name: str, branch: str | None) -> None:
    text = compose(draft(*facts, name=name, branch=branch))
    text.encode()
    assert load(text).pythons


def uncommented(text: str) -> str:
    """Return the text with the proposal of [application] taken for true."""
    head, found, proposal = text.partition("# [application]\n")
    return head + (found + proposal).replace("# ", "")


@pytest.mark.parametrize(
    ("framework", "application", "evidence", "command"),
    [
        ("fastapi", "main:app", "Dockerfile:3 CMD uvicorn main:app", "uvicorn main:app --host {host} --port {port}"),
        ("fastapi", "app:make()", "", "uvicorn app:make --factory --host {host} --port {port}"),
        ("flask", "shop:create_app()", "Procfile:1 web: gunicorn x", "gunicorn shop:create_app() --bind {host}:{port}"),
        ("flask", "shop:app", "shop.py:3 app = Flask(", "flask --app shop:app run --host {host} --port {port}"),
        ("django", None, "", "python manage.py runserver --noreload {host}:{port}"),
    ],
)
def test_how_the_application_is_started_is_proposed(
    framework: str, application: str | None, evidence: str, command: str
) -> None:
    facts = (
        Fact(name="framework", value=framework),
        Fact(name="application", value=application, evidence=(evidence,) if evidence else ()),
        Fact(name="health", value=("/api/status", "/api/v1/health", "/health")),
    )
    text = compose(draft(*facts))
    assert load(text).application is None
    proposed = load(uncommented(text)).application
    assert proposed is not None
    assert (proposed.server.command, proposed.server.health.path) == (tuple(command.split()), "/health")
    assert bool(proposed.prepare) is (framework == "django")


@pytest.mark.parametrize("known", [("framework", None), ("framework", "fastapi"), ("application", "main:app")])
def test_nothing_is_proposed_where_the_application_is_not_known(known: tuple[str, str | None]) -> None:
    assert "application" not in compose(draft(Fact(name=known[0], value=known[1])))


def test_migrations_prepare_the_application() -> None:
    facts = (("framework", "fastapi"), ("application", "main:app"), ("alembic", "alembic.ini"))
    text = compose(draft(*(Fact(name=name, value=value) for name, value in facts)))
    assert '# prepare = [["alembic", "upgrade", "head"]]\n# health = "/…"\n' in text
