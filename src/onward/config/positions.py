"""Where each key of a TOML text stands: the line and column that its reader does not tell."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_VOID = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRINGS = (
    re.compile(r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}'),
    re.compile(r"'''(?:[^']|'(?!''))*'{3,5}"),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text, counted from 1; columns are characters."""

    line: int
    column: int


def positions(text: str) -> Mapping[KeyPath, Position]:
    """Return where each key path of a valid TOML text first stands; elements of arrays are numbered from 0.

    `text` must have been accepted by a TOML reader: what is not valid TOML is not told apart here.
    """
    found: dict[KeyPath, int] = {}
    _document(text, found)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return {path: _position(starts, at) for path, at in found.items()}


def _position(starts: list[int], at: int) -> Position:
    line = bisect_right(starts, at)
    return Position(line, at - starts[line - 1] + 1)


def _document(text: str, found: dict[KeyPath, int]) -> None:
    table: KeyPath = ()
    sizes: dict[KeyPath, int] = {}
    at = _after(_VOID, text, 0)
    while at < len(text):
        if text[at] == "[":
            table, at = _header(text, at, found, sizes)
        else:
            at = _pair(text, at, table, found)
        at = _after(_VOID, text, at)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _header(text: str, at: int, found: dict[KeyPath, int], sizes: dict[KeyPath, int]) -> tuple[KeyPath, int]:
    many = text.startswith("[[", at)
    parts, at = _key(text, at + (2 if many else 1))
    path: KeyPath = ()
    for number, (name, start) in enumerate(parts, 1):
        path = (*path, name)
        found.setdefault(path, start)
        if many and number == len(parts):
            sizes[path] = sizes.get(path, 0) + 1
        if path in sizes:
            path = (*path, sizes[path] - 1)
            found.setdefault(path, start)
    return path, at + (2 if many else 1)


def _pair(text: str, at: int, table: KeyPath, found: dict[KeyPath, int]) -> int:
    parts, at = _key(text, at)
    path = table
    for name, start in parts:
        path = (*path, name)
        found.setdefault(path, start)
    return _value(text, _after(_SPACE, text, at + 1), path, found)


def _key(text: str, at: int) -> tuple[list[tuple[str, int]], int]:
    """Read a dotted key; return its parts with their places, and where what follows it stands."""
    parts = []
    while True:
        at = _after(_SPACE, text, at)
        end = _string_end(text, at) if text[at] in "\"'" else _after(_BARE, text, at)
        parts.append((_name(text[at:end]), at))
        at = _after(_SPACE, text, end)
        if text[at] != ".":
            return parts, at
        at += 1


def _name(token: str) -> str:
    return str(tomllib.loads(f"key = {token}")["key"]) if token[0] in "\"'" else token


def _string_end(text: str, at: int) -> int:
    return next(match.end() for pattern in _STRINGS if (match := pattern.match(text, at)))


def _value(text: str, at: int, path: KeyPath, found: dict[KeyPath, int]) -> int:
    """Pass over one value, noting what is inside; return where it ends."""
    match text[at]:
        case "[":
            return _array(text, at + 1, path, found)
        case "{":
            return _inline_table(text, at + 1, path, found)
        case '"' | "'":
            return _string_end(text, at)
        case _:
            return _after(_SCALAR, text, at)


def _array(text: str, at: int, path: KeyPath, found: dict[KeyPath, int]) -> int:
    number = 0
    at = _after(_VOID, text, at)
    while text[at] != "]":
        element = (*path, number)
        found.setdefault(element, at)
        at = _after(_VOID, text, _value(text, at, element, found))
        number += 1
        if text[at] == ",":
            at = _after(_VOID, text, at + 1)
    return at + 1


def _inline_table(text: str, at: int, path: KeyPath, found: dict[KeyPath, int]) -> int:
    at = _after(_VOID, text, at)
    while text[at] != "}":
        at = _after(_VOID, text, _pair(text, at, path, found))
        if text[at] == ",":
            at = _after(_VOID, text, at + 1)
    return at + 1
