from __future__ import annotations

import json
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from kit import documents
from onward.model.document import Document, ErrorEntry, error_document
from onward.report.json import render, schema


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_the_document_reads_back_whole() -> None:
    assert msgspec.json.decode(render(documents.document()), type=Document) == documents.document()


def test_all_keys_are_present_also_in_a_refusal() -> None:
    error = ErrorEntry(kind="usage", message="m", where="", hint="")
    whole = json.loads(render(documents.document()))
    refused = json.loads(render(error_document("0.1.0", error=error, exit_code=2)))
    assert list(whole) == list(refused)
    assert list(whole["revision"]) == list(refused["revision"])
    assert list(whole["platform"]) == list(refused["platform"])
    assert refused["error"] == {"kind": "usage", "message": "m", "where": "", "hint": ""}
    assert (refused["verdict"], refused["exit_code"], refused["gates"], refused["steps"]) == ("unverified", 2, [], [])


def test_every_gate_step_and_finding_has_the_same_keys() -> None:
    told = json.loads(render(documents.document()))
    assert len({tuple(gate) for gate in told["gates"]}) == 1
    assert len({tuple(step) for step in told["steps"]}) == 1
    findings = [finding for part in (*told["gates"], *told["steps"]) for finding in part["findings"]]
    assert len({tuple(finding) for finding in findings}) == 1
    assert {finding["status"] for finding in findings} == {"new", "known", "waived", "quarantined"}
    assert shape(told["steps"][0]["matrix"]) == {"python": None, "shard": None}


def test_the_schema_describes_the_example_and_the_refusal_and_knows_when_a_key_is_missing() -> None:
    validator = Draft202012Validator(json.loads(schema()))
    Draft202012Validator.check_schema(validator.schema)
    error = ErrorEntry(kind="usage", message="m", where="", hint="")
    for told in (documents.document(), error_document("0.1.0", error=error, exit_code=2)):
        whole = json.loads(render(told))
        assert validator.is_valid(whole)
        assert not validator.is_valid({key: value for key, value in whole.items() if key != "tighten"})
        assert not validator.is_valid({**whole, "schema": 1})
