"""The kinds of options are one closed set: each is read, refused, shown again and described."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kit import values
from onward import gates
from onward.config.jsonschema import schema
from onward.config.key import Key
from onward.config.reference import reference
from onward.config.schema import gate_keys
from onward.config.values import WrongValueError, parse, show
from onward.model.gate import Gate
from onward.model.pipeline import Kind, Option, OptionValue

# kind → as written, as held, as shown, and what is not of this kind
KINDS: dict[Kind, tuple[Any, OptionValue, str, Any]] = {
    Kind.STRING: ("a", "a", '"a"', 1),
    Kind.STRINGS: (["a"], ("a",), '["a"]', "a"),
    Kind.INTEGER: (3, 3, "3", 1.5),
    Kind.NUMBER: (1.5, 1.5, "1.5", "1.5"),
    Kind.BOOLEAN: (True, True, "true", "yes"),
    Kind.DURATION: ("2m", 120.0, '"2m"', "2"),
    Kind.SIZE: ("5MB", 5_000_000, '"5MB"', "5"),
    Kind.SEVERITY: ("high", "high", '"high"', "odd"),
    Kind.PATHS: (["app"], ("app",), '["app"]', ["/app"]),
    Kind.CHOICE: ("plain", "plain", '"plain"', "odd"),
}


def key(kind: Kind) -> Key:
    choices = ("plain", "fancy") if kind is Kind.CHOICE else ()
    return Key(option=Option(name="it", kind=kind, default=KINDS[kind][1], meaning="What it means.", choices=choices))


def gate(kind: Kind) -> Gate:
    return values.gate("lint", options=(key(kind).option,))


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_read_refused_and_shown(kind: Kind) -> None:
    written, held, shown, wrong = KINDS[kind]
    assert parse(written, key(kind)) == held
    assert show(held, kind) == shown
    with pytest.raises(WrongValueError):
        parse(wrong, key(kind))


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_described_for_editors_and_for_people(kind: Kind) -> None:
    written, _, shown, wrong = KINDS[kind]
    validator = Draft202012Validator(schema((gate(kind),)))
    document: dict[str, Any] = {"schema": 1, "project": {"name": "shop", "python": ["3.11"]}}
    assert validator.is_valid({**document, "gates": {"lint": {"it": written}}})
    assert not validator.is_valid({**document, "gates": {"lint": {"it": wrong}}})
    assert f"`{shown}` | What it means. |" in reference((gate(kind),))


def test_every_kind_is_used() -> None:
    assert {gate_key.option.kind for each in gates.ALL for gate_key in gate_keys(each)} == set(Kind)
