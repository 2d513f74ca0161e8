"""Close the schemas of responses: what they do not name, an answer must not hold.

JSON Schema objects are open by default, so an undeclared field passes. Here every object in a response that lists its
properties gets `additionalProperties: false`. Requests stay as they are: for those, closing would change what is valid.
Closed schemas are copies under names of their own, because requests refer to the same components.

An object that is composed (allOf, or properties beside anyOf and oneOf) is closed as a whole: the parts stay open, and
the names of all parts are allowed. What says itself that it is open (additionalProperties, patternProperties), and what
lists no properties at all, stays open.
"""

from __future__ import annotations

from typing import Any, Dict, Set

from ..openapi_document import operations, resolve

# a part of the document
Schema = Dict[str, Any]
_CHOICES = ("anyOf", "oneOf")
_OPENERS = ("additionalProperties", "unevaluatedProperties", "patternProperties")


class Closing:
    """One document while it is closed; `closed` counts the objects, `left_open` those that stay open."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._copies: Schema = {}
        self.closed = 0
        self.left_open = 0

    def perform(self) -> None:
        """Close every response of every operation, in place."""
        shared = self._document.get("components", {}).get("responses", {})
        responses = [*shared.values(), *self._document.get("responses", {}).values()]
        for _, _, operation in operations(self._document):
            responses += (operation.get("responses") or {}).values()
        for response in responses:
            if isinstance(response, dict):
                self._response(response)
        self._schemas().update(self._copies)

    def _response(self, response: Schema) -> None:
        content = response.get("content")
        for media in content.values() if isinstance(content, dict) else [response]:
            if isinstance(media, dict) and "schema" in media:
                media["schema"] = self.value(media["schema"])

    def value(self, schema: object) -> Any:
        """Return the schema of a whole value, closed."""
        if not isinstance(schema, dict):
            return schema
        result = self._inside(schema, whole=True)
        if self._is_choice(schema) or "$ref" in schema:
            return result
        names, is_open = self._names(schema, set())
        if is_open or not names:
            self.left_open += bool(is_open or schema.get("type") == "object")
            return result
        self.closed += 1
        own = result.get("properties", {})
        result["properties"] = {**{name: {} for name in sorted(names)}, **own}
        result["additionalProperties"] = False
        return result

    def _part(self, schema: object) -> Any:
        """Return a schema that is only a part of an object: closed inside, open itself."""
        return self._inside(schema, whole=False) if isinstance(schema, dict) else schema

    def _inside(self, schema: Schema, *, whole: bool) -> Schema:
        result = dict(schema)
        if "$ref" in schema:
            result["$ref"] = self._reference(schema["$ref"], whole=whole)
        if isinstance(schema.get("properties"), dict):
            result["properties"] = {name: self.value(child) for name, child in schema["properties"].items()}
        for key in ("items", "additionalProperties"):
            if isinstance(schema.get(key), dict):
                result[key] = self.value(schema[key])
        if isinstance(schema.get("prefixItems"), list):
            result["prefixItems"] = [self.value(child) for child in schema["prefixItems"]]
        if isinstance(schema.get("allOf"), list):
            result["allOf"] = [self._part(child) for child in schema["allOf"]]
        each = self.value if whole and self._is_choice(schema) else self._part
        for key in _CHOICES:
            if isinstance(schema.get(key), list):
                result[key] = [each(child) for child in schema[key]]
        return result

    def _is_choice(self, schema: Schema) -> bool:
        """Return whether the schema is nothing but a choice between whole values."""
        return any(key in schema for key in _CHOICES) and not {"properties", "allOf", *_OPENERS} & set(schema)

    def _names(self, schema: object, seen: Set[str]) -> tuple[Set[str], bool]:
        """Return the names of all properties that parts of an object list, and whether one says that it is open."""
        if not isinstance(schema, dict):
            return set(), False
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = resolve(self._document, schema)
            if reference in seen or target is schema:
                return set(), target is schema
            return self._names(target, {*seen, reference})
        names = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
        # `additionalProperties: false` in a part closes that part by itself already, whatever its author meant.
        is_open = any(schema.get(key) not in (None, False) for key in _OPENERS)
        for key in ("allOf", *_CHOICES):
            for part in schema.get(key) or ():
                more, part_is_open = self._names(part, seen)
                names |= more
                is_open = is_open or part_is_open
        return names, is_open

    def _reference(self, reference: str, *, whole: bool) -> str:
        """Return the reference to a closed copy, made when it is first asked for; a foreign one stays."""
        target = resolve(self._document, {"$ref": reference})
        if not reference.startswith("#/") or not isinstance(target, dict) or target.get("$ref") == reference:
            self.left_open += 1
            return reference
        name = f"{reference[2:].replace('/', '.')}.{'closed' if whole else 'part'}"
        if name not in self._copies:
            self._copies[name] = {}
            self._copies[name] = self.value(target) if whole else self._part(target)
        return f"{self._home()}/{name}"

    def _home(self) -> str:
        return "#/definitions" if "swagger" in self._document else "#/components/schemas"

    def _schemas(self) -> Schema:
        if "swagger" in self._document:
            schemas: Schema = self._document.setdefault("definitions", {})
        else:
            schemas = self._document.setdefault("components", {}).setdefault("schemas", {})
        return schemas
