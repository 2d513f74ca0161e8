"""The application in the definition: what is read, what is refused, and that the schema for editors agrees."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kit.definitions import HEAD
from kit.registry import REGISTRY
from onward.config.definition import parse
from onward.config.jsonschema import schema
from onward.config.show import as_text
from onward.errors import ConfigError
from onward.model.application import Application, Health, Server

PATH = Path("/home/me/shop/onward.toml")
VALIDATOR = Draft202012Validator(schema(REGISTRY))
APPLICATION = HEAD + '[application]\ncommand = ["serve", "{port}"]\nhealth = "/health"\n'
PROVIDER = APPLICATION + '[application.companions.provider]\ncommand = ["x", "{port}"]\nhealth = "/"\n'

FULL = (
    HEAD
    + """
[application]
command = ["uvicorn", "main:app", "--port", "{port}"]
prepare = [["alembic", "upgrade", "head"], ["python", "-m", "seed"]]
prepare-timeout = "2m"
health = "/api/health?full=1"
status = 204
host = "localhost:8000"
start-timeout = "1m"
stop-signal = "SIGINT"
variable = "APP_URL"
headers = { X-Forwarded-Proto = "https" }

[application.environment]
KEY = "{secret:key}"
PAGE = "{provider.url}/page"

[application.companions.provider]
command = ["python", "provider.py"]
health = "/health"
variable = "PROVIDER_URL"
environment = { PORT = "{port}", HOOK = "{application.url}/hook" }
"""
)

# (text, part of what is said about it, whether the schema for editors knows it too)
MISTAKES = (
    (HEAD.replace("[project]", "application = 3\n[project]"), "application: expected a table, got the number 3", True),
    (HEAD + "[application]\n", "application.command: missing", True),
    (HEAD + '[application]\ncommand = ["x", "{port}"]\n', "application.health: missing", True),
    (APPLICATION.replace('["serve", "{port}"]', '"serve {port}"'), 'expected a list, got "serve {port}"', True),
    (APPLICATION.replace('"{port}"', '"8000"'), "application.command: {port} is missing", False),
    (APPLICATION.replace('"/health"', '"health"'), "application.health: expected a path that begins", True),
    (APPLICATION.replace('"/health"', '"/a b"'), "application.health: expected a path that begins", True),
    (APPLICATION + "status = 20\n", "application.status: must be at least 100", True),
    (APPLICATION + "start-timeout = 30\n", "application.start-timeout: the number 30 has no unit", True),
    (APPLICATION + 'stop-signal = "SIGKILL"\n', 'application.stop-signal: "SIGKILL" is not one of', True),
    (APPLICATION + 'helth = "/"\n', 'application.helth: unknown key; did you mean "health"?', True),
    (APPLICATION + 'prepare = ["alembic", "upgrade"]\n', "application.prepare: expected a list of commands", True),
    (APPLICATION + "prepare = [[]]\n", "application.prepare[0]: expected a program and its arguments", True),
    (APPLICATION + "prepare = [[3]]\n", "application.prepare[0]: expected a program and its arguments", True),
    (APPLICATION + 'prepare = [[" "]]\n', "application.prepare[0]: expected a program and its arguments", False),
    (APPLICATION + 'headers = { "A B" = "x" }\n', 'application.headers."A B": invalid name', True),
    (APPLICATION + 'headers = { A = "x\\ny" }\n', "application.headers.A: control characters are not allowed", True),
    (APPLICATION + "environment = { A = 3 }\n", "application.environment.A: expected a string, got the number 3", True),
    (APPLICATION + 'environment = { "1A" = "3" }\n', "invalid name", True),
    (APPLICATION + 'environment = { A = "{sms.url}" }\n', 'application: unknown server "sms"', False),
    (PROVIDER.replace("provider]", "Provider-1]"), "a companion's name must be lower-case letters", True),
    (PROVIDER.replace("provider]", "redis]"), "none of application, base", False),
    (PROVIDER.replace('"x", "{port}"', '"x"'), "application.companions.provider.command: {port} is missing", False),
    (PROVIDER + 'variable = "APPLICATION_URL"\n', "is already set to the address of", False),
)  # fmt: skip


def test_everything_is_read() -> None:
    provider = Server(
        name="provider",
        command=("python", "provider.py"),
        health=Health(path="/health"),
        variable="PROVIDER_URL",
        environment=(("HOOK", "{application.url}/hook"), ("PORT", "{port}")),
    )
    server = Server(
        name="application",
        command=("uvicorn", "main:app", "--port", "{port}"),
        health=Health(
            path="/api/health?full=1", status=204, host="localhost:8000", headers=(("X-Forwarded-Proto", "https"),)
        ),
        variable="APP_URL",
        environment=(("KEY", "{secret:key}"), ("PAGE", "{provider.url}/page")),
        start_timeout_s=60.0,
        stop_signal="SIGINT",
    )
    found = parse(FULL, REGISTRY, where=str(PATH), name=PATH.parent.name)
    assert found.application == Application(
        server=server,
        prepare=(("alembic", "upgrade", "head"), ("python", "-m", "seed")),
        prepare_timeout_s=120.0,
        companions=(provider,),
    )
    assert found.application.secrets == {"key"}
    assert VALIDATOR.is_valid(tomllib.loads(FULL))


def test_no_application_is_none() -> None:
    assert parse(HEAD, REGISTRY, where=str(PATH), name=PATH.parent.name).application is None


def test_values_are_shown_as_written() -> None:
    shown = as_text(parse(FULL, REGISTRY, where=str(PATH), name=PATH.parent.name).origins, REGISTRY)
    assert 'application.start-timeout = "1m"' in shown
    assert 'application.prepare[1] = ["python", "-m", "seed"]' in shown
    assert 'application.companions.provider.start-timeout = "30s"' in shown
    assert 'application.environment.KEY = "{secret:key}"' in shown


@pytest.mark.parametrize(("text", "said", "known"), MISTAKES)
def test_mistakes(text: str, said: str, *, known: bool) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, REGISTRY, where=str(PATH), name=PATH.parent.name)
    assert any(said in mistake for mistake in caught.value.mistakes), caught.value.mistakes
    assert VALIDATOR.is_valid(tomllib.loads(text)) is not known


def test_a_gate_of_ones_own_may_ask_for_it() -> None:
    own = '[gates.own]\ncommand = ["x"]\nformat = "sarif"\nservices = ["application"]\n'
    assert parse(APPLICATION + own, REGISTRY, where=str(PATH), name=PATH.parent.name).custom[0].services == (
        "application",
    )
    with pytest.raises(ConfigError):
        parse(HEAD + own, REGISTRY, where=str(PATH), name=PATH.parent.name)
