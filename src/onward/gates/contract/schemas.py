"""Two JSON schemas compared: what the new one no longer takes from a client, or gives that nobody promised (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Document = Mapping[str, Any]
Located = tuple[Document, object]

# What only people read.
_SILENT = frozenset(
    {"title", "description", "example", "examples", "default", "deprecated", "externalDocs", "xml", "$comment"}
)
_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_COMPOSED = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
_SCALARS = ("pattern", "format", "multipleOf", "uniqueItems", "const")
_DEEP = 60


class Side(StrEnum):
    """Who writes the value: the client (a request) or the application (a response)."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change; `place` is the way into the value (".owner.name", "[]")."""

    rule: str
    place: str
    text: str
    breaking: bool = True


def resolved(document: Document, node: object) -> Any:
    """Follow references inside `document`; one that leads nowhere, or out of it, stays."""
    for _ in range(_DEEP):
        reference = node.get("$ref", "") if isinstance(node, dict) else ""
        target = _at(document, reference) if reference.startswith("#/") else None
        if target is None:
            return node
        node = target
    return node


def _at(document: Document, reference: str) -> object:
    target: object = document
    for part in reference[2:].split("/"):
        target = target.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(target, Mapping) else None
    return target


def changes(old: Located, new: Located, side: Side) -> Iterator[Change]:
    """Yield how the schema `new` differs from `old` for values that `side` writes."""
    yield from _Comparison(old[0], new[0], side).compare(old[1], new[1], "", frozenset())


class _Comparison:
    """Two schemas of one value. For a response everything is the other way round: there, more is what breaks."""

    def __init__(self, old: Document, new: Document, side: Side) -> None:
        self._old = old
        self._new = new
        self._side = side

    def compare(self, old: object, new: object, place: str, seen: frozenset[tuple[str, str]]) -> Iterator[Change]:
        pair = (_name(old), _name(new))
        if pair in seen or len(seen) > _DEEP:
            return
        seen = seen | {pair} if pair != ("", "") else seen
        ours, theirs = _whole(resolved(self._old, old)), _whole(resolved(self._new, new))
        if any(key in ours or key in theirs for key in _COMPOSED):
            yield from self._composed(ours, theirs, place)
            return
        yield from self._types(ours, theirs, place)
        yield from self._limits(ours, theirs, place)
        yield from self._properties(ours, theirs, place, seen)
        if "items" in ours or "items" in theirs:
            yield from self.compare(ours.get("items", {}), theirs.get("items", {}), f"{place}[]", seen)
        if isinstance(ours.get("additionalProperties"), dict) and isinstance(theirs.get("additionalProperties"), dict):
            inner = ours["additionalProperties"], theirs["additionalProperties"]
            yield from self.compare(*inner, f"{place}.*", seen)

    def _composed(self, ours: Document, theirs: Document, place: str) -> Iterator[Change]:
        if _canonical(self._old, ours) == _canonical(self._new, theirs):
            return
        for key in ("anyOf", "oneOf"):
            if set(ours) & set(_COMPOSED) == {key} == set(theirs) & set(_COMPOSED):
                before = {_canonical(self._old, our) for our in ours[key]}
                after = {_canonical(self._new, their) for their in theirs[key]}
                compatible = before <= after if self._side is Side.REQUEST else after <= before
                text = "accepts fewer types" if self._side is Side.REQUEST else "returns other types"
                yield self._say("narrowed-type", place, text if not compatible else "differs", breaking=not compatible)
                return
        yield self._say("narrowed-type", place, "is composed differently")

    def _types(self, ours: Document, theirs: Document, place: str) -> Iterator[Change]:
        before, after = _types(ours), _types(theirs)
        if before == after:
            return
        # No type at all means any.
        taken = before <= after if self._side is Side.REQUEST else after <= before
        shown = f"is {_show(after)}, published is {_show(before)}"
        yield self._say("narrowed-type", place, shown, breaking=not taken)

    def _limits(self, ours: Document, theirs: Document, place: str) -> Iterator[Change]:
        for key in (*_LOWER_BOUNDS, *_UPPER_BOUNDS, *_SCALARS):
            if ours.get(key) != theirs.get(key):
                text = f"{key} is {_word(theirs.get(key))}, published is {_word(ours.get(key))}"
                yield self._say("narrowed-type", place, text, breaking=self._narrows(key, ours, theirs))
        before, after = ours.get("enum"), theirs.get("enum")
        if before != after:
            fewer = after is not None and (before is None or not _within(before, after))
            more = before is not None and (after is None or not _within(after, before))
            breaks = fewer if self._side is Side.REQUEST else more
            if fewer or more:
                yield self._say(
                    "narrowed-type", place, f"its values are {after}, published are {before}", breaking=breaks
                )

    def _narrows(self, key: str, ours: Document, theirs: Document) -> bool:
        """Return whether a client that keeps to the published limit may fail: its value is refused, or it gets more."""
        before, after = (ours, theirs) if self._side is Side.REQUEST else (theirs, ours)
        if after.get(key) is None:
            return False
        if before.get(key) is None:
            return True
        if key in _LOWER_BOUNDS:
            return bool(after[key] > before[key])
        if key in _UPPER_BOUNDS:
            return bool(after[key] < before[key])
        return True

    def _properties(
        self, ours: Document, theirs: Document, place: str, seen: frozenset[tuple[str, str]]
    ) -> Iterator[Change]:
        before, after = ours.get("properties", {}), theirs.get("properties", {})
        needed, needs = set(ours.get("required", ())), set(theirs.get("required", ()))
        request = self._side is Side.REQUEST
        for name in sorted({*before, *after, *needed, *needs}):
            where = f"{place}.{name}"
            if name not in before and name in after:
                yield from self._added(where, required=request and name in needs)
            elif name in before and name not in after:
                text = "is published and not served"
                yield self._say("removed-field", where, text, breaking=not request)
            elif request and name in needs - needed:
                yield self._say("required-field", where, "has become required")
            elif not request and name in needed - needs:
                yield self._say("removed-field", where, "is no longer required")
            elif (name in needs) != (name in needed):
                yield self._say("required-field", where, "is required on one side only", breaking=False)
            if name in before and name in after:
                yield from self.compare(before[name], after[name], where, seen)

    def _added(self, where: str, *, required: bool) -> Iterator[Change]:
        if required:
            yield self._say("required-field", where, "is required and not published")
        else:
            yield self._say("unpublished-field", where, "is not published", breaking=False)

    def _say(self, rule: str, place: str, text: str, *, breaking: bool = True) -> Change:
        return Change(rule=rule, place=place, text=text, breaking=breaking)


def _name(schema: object) -> str:
    return str(schema.get("$ref", "")) if isinstance(schema, dict) else ""


def _whole(schema: object) -> Document:
    """Return the schema as an object; `true` says nothing, `false` forbids everything."""
    if isinstance(schema, dict):
        return schema
    return {"not": {}} if schema is False else {}


_EVERY = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})


def _types(schema: Document) -> frozenset[str]:
    given = schema.get("type")
    named = {given} if isinstance(given, str) else set(given or ())
    if not named:
        return _EVERY
    named |= {"null"} if schema.get("nullable") else set()
    # Every integer is a number.
    return frozenset(named | ({"integer"} if "number" in named else set()))


def _show(types: frozenset[str]) -> str:
    if types == _EVERY:
        return "anything"
    return " or ".join(sorted(types - ({"integer"} if "number" in types else set())))


def _word(value: object) -> str:
    return "not set" if value is None else json.dumps(value)


def _within(few: Iterable[object], many: Iterable[object]) -> bool:
    return {json.dumps(value, sort_keys=True) for value in few} <= {json.dumps(value, sort_keys=True) for value in many}


def _canonical(document: Document, schema: object) -> str:
    """Return the schema with references followed and without what only people read, as one text."""
    return json.dumps(_plain(document, schema, frozenset()), sort_keys=True)


def _plain(document: Document, schema: object, seen: frozenset[str]) -> object:
    if isinstance(schema, list):
        return sorted((_plain(document, one, seen) for one in schema), key=lambda one: json.dumps(one, sort_keys=True))
    if not isinstance(schema, dict):
        return schema
    reference = _name(schema)
    if reference in seen:
        return {"$ref": reference}
    if reference:
        return _plain(document, resolved(document, schema), seen | {reference})
    # Names of properties are not keywords, whatever they are called.
    return {
        key: {name: _plain(document, child, seen) for name, child in value.items()}
        if key == "properties" and isinstance(value, dict)
        else _plain(document, value, seen)
        for key, value in schema.items()
        if key not in _SILENT
    }
