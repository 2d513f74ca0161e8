from __future__ import annotations

import json

import pytest

from kit.definitions import FULL
from kit.registry import REGISTRY
from onward.config.definition import parse
from onward.config.show import as_json, as_text, chosen
from onward.errors import UsageError

ORIGINS = parse(FULL, REGISTRY, where="/p/onward.toml", name="p").origins


def test_values_as_the_file_would_have_them() -> None:
    lines = as_text(chosen(ORIGINS, "gates.integration"), REGISTRY).splitlines()
    assert len({line.rindex("  # ") for line in lines}) == 1
    assert [" ".join(line.split()) for line in lines] == [
        "gates.integration.enabled = true # default",
        'gates.integration.reason = "" # default',
        "gates.integration.required = true # onward.toml:36",
        'gates.integration.profiles = ["ci"] # onward.toml:37',
        'gates.integration.block = "high" # onward.toml:38',
        'gates.integration.timeout = "1h30m" # onward.toml:39',
        'gates.integration.after = ["tests"] # onward.toml:40',
        'gates.integration.config = "" # default',
        'gates.integration.args = ["-p", "x", "-p", "x"] # onward.toml:44',
        "gates.integration.retries = 0 # default",
        "gates.integration.lines = 70 # onward.toml:43",
        "gates.integration.strict = false # default",
        'gates.integration.patience = "500ms" # onward.toml:41',
        'gates.integration.budget = "2MiB" # onward.toml:42',
        'gates.integration.least = "medium" # default',
        'gates.integration.paths = ["tests/integration"] # default',
        'gates.integration.markers = ["integration"] # default',
        'gates.integration.mode = "plain" # default',
        "gates.integration.tools = [] # default",
    ]


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("project.name", 'project.name = "shop"  # onward.toml:6'),
        ("services.cache.variable", "services.cache.variable = unset  # default"),
        ("gates.javascript.timeout", 'gates.javascript.timeout = "20m"  # default'),
        ("waivers[0].expires", 'waivers[0].expires = "2027-01-31"  # onward.toml:59'),
        ("environment", 'environment.MODE = "test"  # onward.toml:19'),
    ],
)
def test_one_value(key: str, line: str) -> None:
    assert as_text(chosen(ORIGINS, key), REGISTRY).splitlines()[0].split() == line.split()


def test_defaults_that_depend_on_others_are_shown() -> None:
    text = 'schema = 1\n[project]\npython = ["3.11"]\n[services.db]\nimage = "postgres:15"\n'
    origins = parse(text, REGISTRY, where="/home/shop/onward.toml", name="shop").origins
    assert 'project.name = "shop"' in as_text(chosen(origins, "project.name"), REGISTRY)
    assert 'services.db.variable = "DATABASE_URL"' in as_text(chosen(origins, "services"), REGISTRY)


def test_json_has_every_value() -> None:
    document = json.loads(as_json(ORIGINS))
    by_key = {entry["key"]: entry for entry in document["values"]}
    assert document["schema"] == 1
    assert by_key["gates.integration.timeout"] == {
        "key": "gates.integration.timeout",
        "value": 5400.0,
        "layer": "file",
        "where": "onward.toml:39",
    }
    assert len(document["values"]) == len(ORIGINS)


@pytest.mark.parametrize(
    ("key", "hint"),
    [("gates.lint.timout", 'did you mean "gates.lint.timeout"?'), ("zzz", "keys begin with environment")],
)
def test_an_unknown_key(key: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(ORIGINS, key)
    assert hint in caught.value.hint
