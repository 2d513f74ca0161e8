"""Closed schemas: answers must not hold what is not named, and what is open on purpose stays open."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from onward.gates.contract.guests.contract_case.openapi_closing import Closing


def validator(schema: dict[str, Any], schemas: dict[str, Any]) -> Draft202012Validator:
    """Return what checks an answer once the document is closed."""
    answer = {"content": {"application/json": {"schema": schema}}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/x": {"get": {"responses": {"200": answer}}}},
        "components": {"schemas": schemas},
    }
    Closing(document).perform()
    return Draft202012Validator(
        {**answer["content"]["application/json"]["schema"], "components": document["components"]}
    )


A = {"type": "object", "properties": {"a": {"type": "integer"}}}
B = {"type": "object", "properties": {"b": {"type": "integer"}}}
TREE = {"type": "object", "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}  # fmt: skip
SCHEMAS = {"A": A, "B": B, "Tree": TREE, "Both": {"allOf": [{"$ref": "#/components/schemas/A"}, B]}}
REF = "#/components/schemas/"


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (A, {"a": 1}, {"a": 1, "x": 1}),
        ({"$ref": REF + "A"}, {"a": 1}, {"x": 1}),
        ({"type": "array", "items": {"$ref": REF + "A"}}, [{"a": 1}], [{"a": 1, "x": 2}]),
        ({"type": "object", "properties": {"in": A}}, {"in": {"a": 1}}, {"in": {"x": 1}}),
        ({"$ref": REF + "Tree"}, {"children": [{"name": "x", "children": []}]}, {"children": [{"x": 1}]}),
        ({"$ref": REF + "Both"}, {"a": 1, "b": 2}, {"a": 1, "b": 2, "x": 3}),
        ({"allOf": [{"$ref": REF + "Both"}, {"properties": {"c": {}}}]}, {"a": 1, "b": 2, "c": 3}, {"x": 1}),
        ({"anyOf": [{"$ref": REF + "A"}, {"type": "null"}]}, None, {"x": 1}),
        ({"oneOf": [{**A, "required": ["a"]}, {**B, "required": ["b"]}]}, {"b": 1}, {"b": 1, "x": 1}),
        ({"properties": {"k": {}}, "anyOf": [A, B]}, {"k": 1, "a": 1, "b": 1}, {"k": 1, "x": 1}),
        ({**A, "additionalProperties": {"$ref": REF + "B"}}, {"a": 1, "z": {"b": 1}}, {"z": {"x": 1}}),
    ],
)
def test_what_is_not_named_is_refused(schema: dict[str, Any], good: Any, bad: Any) -> None:
    check = validator(schema, SCHEMAS)
    assert check.is_valid(good)
    assert not check.is_valid(bad)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {},
        {**A, "additionalProperties": True},
        {**A, "patternProperties": {"^x": {}}},
        {"allOf": [A, {"type": "object", "additionalProperties": True}]},
    ],
)
def test_what_is_open_on_purpose_stays_open(schema: dict[str, Any]) -> None:
    assert validator(schema, SCHEMAS).is_valid({"x": 1})


def test_requests_stay_as_they_are() -> None:
    body = {"content": {"application/json": {"schema": {"$ref": REF + "A"}}}}
    answers = {"200": {"$ref": "#/components/responses/Fine"}, "default": {"description": "Nothing."}}
    document = {
        "openapi": "3.0.3",
        "paths": {"/x": {"post": {"requestBody": body, "responses": answers}}},
        "components": {"schemas": {"A": A}, "responses": {"Fine": {"content": {"application/json": {"schema": {"$ref": REF + "A"}}}}}},
    }  # fmt: skip
    work = Closing(document)
    work.perform()
    assert body["content"]["application/json"]["schema"] == {"$ref": REF + "A"}
    assert document["components"]["schemas"]["A"] == A  # type: ignore[index]
    assert work.closed == 1


def test_swagger_2_keeps_its_schemas_elsewhere() -> None:
    answer = {"description": "x", "schema": {"$ref": "#/definitions/A"}}
    document: dict[str, Any] = {
        "swagger": "2.0",
        "paths": {"/x": {"get": {"responses": {"200": answer}}}},
        "definitions": {"A": A},
    }
    Closing(document).perform()
    name = str(answer["schema"]["$ref"]).removeprefix("#/definitions/")  # type: ignore[index]
    assert document["definitions"][name]["additionalProperties"] is False


def test_what_lies_in_another_file_is_counted_as_open() -> None:
    answer = {"content": {"application/json": {"schema": {"$ref": "other.yaml#/A"}}}}
    document = {"openapi": "3.1.0", "paths": {"/x": {"get": {"responses": {"200": answer}}}}}
    work = Closing(document)
    work.perform()
    assert work.left_open == 1
