"""The JSON Schema of `onward.toml` for editors, made from the same declarations that the parser reads by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from onward.config.key import FLOORS, PATH, Key
from onward.config.schema import (
    APPLICATION,
    COMPANION,
    HEADER,
    PREPARE,
    PROJECT,
    SCHEMA,
    SERVICE,
    TOP,
    VARIABLE,
    WAIVED_BY,
    WAIVER,
    WORKSPACE,
    custom_keys,
    gate_keys,
)
from onward.config.units import DURATION, SIZE
from onward.config.values import show
from onward.model.gate import Gate
from onward.model.pipeline import Kind

_SERVICE_NAME = "^[a-z][a-z0-9_-]*$"
# a part of a JSON schema
Schema = dict[str, Any]


def schema(gates: tuple[Gate, ...]) -> Schema:
    """Return the schema (draft 2020-12); what it cannot say (circles, days of the calendar) the parser still holds."""
    sections = {
        "project": _table(PROJECT, "The project."),
        "workspace": _table(WORKSPACE, "Files of the copy in which steps run."),
        "environment": _map(
            f"^{VARIABLE}$",
            {"type": "string", "pattern": r"^[^\u0000]*$"},
            "Variables for steps that execute project code.",
        ),
        "application": _application(),
        "services": _map(_SERVICE_NAME, _service(), "Real services for steps."),
        "gates": _gates(gates),
        "waivers": {"type": "array", "description": "Named exceptions with an expiry date.", "items": _waiver()},
    }
    top = _table(TOP, "onward.toml: the definition of a pipeline.")
    top["properties"]["schema"] = {"const": SCHEMA, "description": _TOP_MEANING}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "onward.toml",
        **top,
        "properties": {**top["properties"], **sections},
        "required": ["schema", "project"],
    }


def as_text(gates: tuple[Gate, ...]) -> str:
    """Return the schema as the published file has it."""
    return json.dumps(schema(gates), ensure_ascii=False, indent=2) + "\n"


_TOP_MEANING = TOP[0].option.meaning


def _table(keys: Iterable[Key], description: str) -> Schema:
    listed = tuple(keys)
    table = {
        "type": "object",
        "description": description,
        "properties": {key.name: _value(key) for key in listed},
        "additionalProperties": False,
    }
    required = [key.name for key in listed if key.required]
    return {**table, "required": required} if required else table


def _map(names: str, value: Schema, description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "patternProperties": {names: value},
        "additionalProperties": False,
    }


def _value(key: Key) -> Schema:
    option = key.option
    described: Schema = {"description": option.meaning}
    if option.default is not None and not key.required:
        described["default"] = _plain(show(option.default, option.kind)) if _has_unit(option.kind) else option.default
    return {**described, **_type(key)}


def _type(key: Key) -> Schema:
    option = key.option
    match option.kind:
        case Kind.STRINGS | Kind.PATHS:
            bounds = {"minItems": 1} if key.filled else {}
            distinct = {"uniqueItems": True} if key.distinct else {}
            return {"type": "array", "items": _text(key), **bounds, **distinct}
        case Kind.INTEGER | Kind.NUMBER:
            limits = {"minimum": option.minimum, "maximum": option.maximum}
            return {"type": str(option.kind), **{name: limit for name, limit in limits.items() if limit is not None}}
        case Kind.BOOLEAN:
            return {"type": "boolean"}
        case Kind.DURATION | Kind.SIZE:
            return {"type": "string", "pattern": f"^(?:{DURATION if option.kind is Kind.DURATION else SIZE})$"}
        case Kind.SEVERITY:
            return {"enum": list(FLOORS)}
        case _:
            return _text(key)


def _text(key: Key) -> Schema:
    if key.option.choices:
        return {"enum": list(key.option.choices)}
    pattern = PATH if key.option.kind is Kind.PATHS else key.pattern
    form = {"format": "date"} if key.date else {}
    return {"type": "string", **form, **({"pattern": f"^(?:{pattern})$"} if pattern else {})}


def _service() -> Schema:
    return {
        **_table(SERVICE, "A service; its image gives kind and version."),
        "not": {"required": ["variable", "variables"]},
    }


def _application() -> Schema:
    companions = _map("^[a-z]+$", _server(COMPANION, "A server beside the application."), "Servers that it needs.")
    prepare = {
        "type": "array",
        "description": PREPARE,
        "items": {"type": "array", "minItems": 1, "items": {"type": "string"}},
    }
    return _server(APPLICATION, "How the application is started.", prepare=prepare, companions=companions)


def _server(keys: Iterable[Key], description: str, **more: object) -> Schema:
    table = _table(keys, description)
    text = {"type": "string", "pattern": r"^[^\u0000-\u001f\u007f]*$"}
    pairs = {
        "headers": _map(f"^{HEADER}$", text, "Headers of health check requests."),
        "environment": _map(f"^{VARIABLE}$", text, "Its own variables, over those of [environment]."),
    }
    return {**table, "properties": {**table["properties"], **pairs, **more}}


def _waiver() -> Schema:
    return {**_table(WAIVER, "One exception."), "anyOf": [{"required": [name]} for name in WAIVED_BY]}


def _gates(gates: tuple[Gate, ...]) -> Schema:
    tables = {gate.id: {**_table(gate_keys(gate), gate.blurb), **_EXCUSED} for gate in gates}
    own = {**_table(custom_keys(), "A custom gate."), "allOf": [_EXCUSED, _COUNTED]}
    return {
        "type": "object",
        "description": "Settings of gates, and custom gates.",
        "properties": tables,
        "patternProperties": {_own_names(tables): own},
        "additionalProperties": False,
    }


def _own_names(tables: Iterable[str]) -> str:
    taken = "|".join(sorted(tables))
    return f"^(?!(?:{taken})$)[a-z][a-z0-9]*(-[a-z0-9]+)*$" if taken else "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


_EXCUSED: Schema = {
    "if": {"properties": {"enabled": {"const": False}}, "required": ["enabled"]},
    "then": {
        "required": ["reason"],
        "properties": {"reason": {"pattern": r"\S"}, "required": {"const": False}},
    },
}
_COUNTED: Schema = {
    "if": {"properties": {"format": {"const": "exit"}}, "required": ["format"]},
    "then": {"required": ["count"]},
    "else": {"properties": {"count": {"const": ""}}},
}


def _has_unit(kind: Kind) -> bool:
    return kind in (Kind.DURATION, Kind.SIZE)


def _plain(quoted: str) -> str:
    return quoted.strip('"')
