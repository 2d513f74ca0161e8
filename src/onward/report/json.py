"""The document as JSON, the public contract, and the JSON Schema that describes it."""

from __future__ import annotations

from inspect import cleandoc

import msgspec

from onward.model.document import SCHEMA, Document


def render(document: Document) -> str:
    """Return the document as indented JSON with a final line feed."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def schema() -> str:
    """Return the JSON Schema of the document, made from its types: every key is always there, more may come."""
    _, parts = msgspec.json.schema_components([Document], ref_template="#/$defs/{name}")
    for part in parts.values():
        part["description"] = cleandoc(part["description"])
        properties = part.get("properties", {})
        for described in properties.values():
            described.pop("default", None)
        if properties:
            part["required"] = list(properties)
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"The document of a run of onward, schema {SCHEMA}",
        "$ref": "#/$defs/Document",
        "$defs": dict(sorted(parts.items())),
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n"
