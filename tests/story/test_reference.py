"""The published reference and schema are what the declarations say today."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from onward import gates
from onward.cli.group import main
from onward.config import definition
from onward.config.jsonschema import schema
from onward.config.schema import common

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(ROOT.glob("examples/*/onward.toml"))


@pytest.mark.parametrize(
    ("flag", "path"), [("--reference", "docs/configuration.md"), ("--schema", "docs/onward.schema.json")]
)
def test_the_published_text_is_current(flag: str, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", flag]) == 0
    assert (ROOT / path).read_text() == capsys.readouterr().out, f"write it anew: onward config {flag} > {path}"


def test_the_schema_of_all_gates_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema(gates.ALL))
    assert json.loads((ROOT / "docs" / "onward.schema.json").read_text())["title"] == "onward.toml"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_examples_load_and_fit_the_schema(path: Path) -> None:
    assert definition.load(path.parent, gates.ALL, environ={}).root == path.parent
    assert Draft202012Validator(schema(gates.ALL)).is_valid(tomllib.loads(path.read_text()))


def test_no_gate_redefines_what_every_gate_has() -> None:
    names = {key.name for key in common(None)}
    assert {
        f"{gate.id}.{option.name}" for gate in gates.ALL for option in gate.options if option.name in names
    } == set()


def test_defaults_are_values_that_the_file_could_say() -> None:
    assert [
        f"{gate.id}.{option.name}"
        for gate in gates.ALL
        for option in gate.options
        if option.choices and isinstance(option.default, tuple) and not set(option.default) <= set(option.choices)
    ] == []
