"""Effective values with their origins, as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from onward.config.key import Key
from onward.config.schema import APPLICATION, COMPANION, PROJECT, TOP, WORKSPACE, custom_keys, gate_keys
from onward.config.suggest import did_you_mean, one_of
from onward.config.values import show
from onward.errors import UsageError
from onward.model.gate import Gate
from onward.model.pipeline import Kind, Layer, Origin

_COMPANION = "application.companions."


def chosen(origins: Iterable[Origin], key: str) -> tuple[Origin, ...]:
    """Return the origins at or below `key` (all for an empty one); UsageError when there is none."""
    every = tuple(origins)
    found = tuple(
        entry for entry in every if not key or entry.key == key or entry.key.startswith((f"{key}.", f"{key}["))
    )
    if found:
        return found
    names = sorted({entry.key for entry in every})
    above = {name[:end] for name in names for end in range(len(name)) if name[end] in ".["}
    tops = {name.partition(".")[0].partition("[")[0] for name in names}
    raise UsageError(
        f'unknown key "{key}"',
        where=key,
        hint=did_you_mean(key, (*names, *above)) or f"keys begin with {one_of(tops)}",
    )


def as_text(origins: Iterable[Origin], gates: tuple[Gate, ...]) -> str:
    """Return a line for each value as `onward.toml` would have it, with where it came from behind it."""
    kinds = _kinds(gates)
    lines = [(f"{entry.key} = {show(entry.value, _kind(entry.key, kinds))}", _came_from(entry)) for entry in origins]
    width = min(max((len(text) for text, _ in lines), default=0), 60)
    return "".join(f"{text:<{width}}  # {source}\n" for text, source in lines)


def as_json(origins: Iterable[Origin]) -> str:
    """Return keys, values (durations in seconds, sizes in bytes), layers and places."""
    entries = [
        {"key": entry.key, "value": entry.value, "layer": str(entry.layer), "where": entry.where} for entry in origins
    ]
    return json.dumps({"schema": 1, "values": entries}, ensure_ascii=False, indent=2) + "\n"


def _came_from(entry: Origin) -> str:
    return entry.where or "default" if entry.layer is not Layer.DEFAULT else "default"


def _kinds(gates: tuple[Gate, ...]) -> dict[str, Kind]:
    tables: list[tuple[str, tuple[Key, ...]]] = [("", TOP), ("project.", PROJECT), ("workspace.", WORKSPACE)]
    tables += [("application.", APPLICATION), (_COMPANION, COMPANION)]
    tables += [(f"gates.{gate.id}.", gate_keys(gate)) for gate in gates]
    return {prefix + key.name: key.option.kind for prefix, keys in tables for key in keys}


def _kind(name: str, kinds: dict[str, Kind]) -> Kind:
    if name.startswith(_COMPANION):
        return kinds.get(_COMPANION + name.rpartition(".")[2], Kind.STRING)
    if name in kinds or not name.startswith("gates."):
        return kinds.get(name, Kind.STRING)
    own = {key.name: key.option.kind for key in custom_keys()}
    return own.get(name.rpartition(".")[2], Kind.STRING)
