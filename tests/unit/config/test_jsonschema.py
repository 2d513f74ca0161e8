from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kit.definitions import FULL, GATE, HEAD, MISTAKES, OWN, WAIVER
from kit.registry import REGISTRY
from onward.config.definition import parse
from onward.config.jsonschema import as_text, schema
from onward.config.writing import Draft, compose
from onward.errors import ConfigError

VALIDATOR = Draft202012Validator(schema(REGISTRY), format_checker=Draft202012Validator.FORMAT_CHECKER)

# What a JSON Schema cannot say: relations between values, days of the calendar, ranges of values with units.
BEYOND = (
    'project.deployed-python: "',
    "requires: this is onward",
    'requires: "new"',
    "is not in project.python",
    "is already set to the URL",
    "sets this variable",
    'unknown gate "',
    'unknown service "',
    "circular dependency",
    'must be at least "',
    'must be at most "',
    "is also the id of",
    "count: expected NAME=EXPRESSION",
    "count: not a regular expression",
    "count: expected exactly one group",
    "the program name is empty",
    "expected a finite number",
    "name: expected a string, got the date",
)


def plain(value: Any) -> Any:
    """Dates are texts for a JSON Schema, as editors see them."""
    match value:
        case dict():
            return {key: plain(child) for key, child in value.items()}
        case list():
            return [plain(child) for child in value]
        case date():
            return value.isoformat()
        case _:
            return value


def accepted(text: str) -> bool:
    return VALIDATOR.is_valid(plain(tomllib.loads(text)))


def parsed(text: str) -> bool:
    try:
        parse(text, REGISTRY, where="/p/onward.toml", name="p")
    except ConfigError:
        return False
    return True


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema(REGISTRY))
    assert json.loads(as_text(REGISTRY))["$schema"].endswith("2020-12/schema")


GOOD = (
    FULL,
    HEAD,
    WAIVER + 'rule = "x"\n',
    WAIVER.replace("2027-01-31", '"2027-01-31"') + 'path = "app/*"\n',
    GATE
    + 'timeout = "1h30m"\nbudget = "0.5MB"\npatience = "0s"\nlines = 99.5\nretries = 5\nmode = "fancy"\ntools = ["isort"]\n',
    GATE + 'args = ["-p", "a", "-p", "a"]\nreason = "left over"\n',
    OWN + 'format = "exit"\ncount = \'files=checked (\\d+) files\'\nenabled = false\nreason = "later"\n',
    OWN + 'format = "sarif"\noutput = "out/report.sarif"\nenvironment = true\n',
    HEAD + 'source = ["src", "a b/ü.py", ".", "..hidden", "a..b/c"]\ntests = []\n',
    HEAD + '[services.db]\nimage = "docker.io/library/postgres:15-alpine"\n',
    compose(Draft(name="x", version="0.1.0", running="3.11", branch="main", facts=(), gates=REGISTRY)),
)


@pytest.mark.parametrize("text", GOOD)
def test_what_the_parser_takes_the_schema_takes(text: str) -> None:
    assert parsed(text)
    assert accepted(text), [error.message for error in VALIDATOR.iter_errors(plain(tomllib.loads(text)))]


@pytest.mark.parametrize(("text", "mistake"), MISTAKES)
def test_mistakes_are_mistakes_for_the_schema_too(text: str, mistake: str) -> None:
    assert not parsed(text)
    assert accepted(text) == any(beyond in mistake for beyond in BEYOND)


def test_every_key_is_described() -> None:
    def walk(node: Any, path: str) -> list[str]:
        if not isinstance(node, dict):
            return []
        properties = node.get("properties", {})
        missing = [f"{path}.{name}" for name, child in properties.items() if path and "description" not in child]
        children = [*properties.items(), *node.get("patternProperties", {}).items(), ("items", node.get("items"))]
        return missing + [found for name, child in children for found in walk(child, f"{path}.{name}")]

    assert walk(schema(REGISTRY), "") == []
