"""Structured files of a project, read leniently: what does not parse says nothing, its own tool will complain."""

from __future__ import annotations

import configparser
import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache

from onward.model.facts import Tree


def toml(tree: Tree, path: str) -> dict[str, object]:
    """Return a decoded TOML file, empty when it is absent or broken."""
    return _toml(tree.text(path) or "")


@lru_cache(maxsize=32)
def _toml(text: str) -> dict[str, object]:
    """Decode once what many detectors ask for; nobody changes the result."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):  # a broken file shows nothing; whoever needs it reports it
        return {}


def jsons(tree: Tree, path: str) -> dict[str, object]:
    """Return a decoded JSON object, empty when it is absent, broken or something else."""
    try:
        decoded = json.loads(tree.text(path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def ini(tree: Tree, path: str) -> Mapping[str, Mapping[str, str]]:
    """Return the sections of an INI file without interpolation, empty when it is absent or broken."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(tree.text(path) or "")
    except configparser.Error:
        return {}
    return {name: dict(parser[name]) for name in parser.sections()}


def table(document: object, *keys: str) -> dict[str, object]:
    """Return the table at `keys`, empty when it is not there."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def texts(document: object) -> tuple[str, ...]:
    """Return the texts of a list, or of one text with a line or word for each."""
    if isinstance(document, str):
        return tuple(line.strip() for line in document.splitlines() if line.strip())
    return tuple(item for item in document if isinstance(item, str)) if isinstance(document, list) else ()
