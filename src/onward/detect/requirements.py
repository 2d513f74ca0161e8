"""Requirement files: one requirement a line, other files by `-r`, options and comments left aside."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from onward.model.facts import Tree

FILE = r"(?:[^/]*requirements[^/]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in))"
_INCLUDE = re.compile(r"(?:-r|--requirement)[ =]*(\S+)")
_NAMED_URL = re.compile(r"#(?:.*&)?egg=([A-Za-z0-9._-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A package that the project names: its canonical name, its pin where there is one, and where that stands."""

    name: str
    pin: str | None
    path: str
    line: int = 0
    text: str = ""


def declaration(text: str, *, path: str, line: int = 0) -> Declaration | None:
    """Read one requirement as PEP 508 writes it; None when it is not one."""
    try:
        wanted = Requirement(text)
    except InvalidRequirement:
        return None
    pins = [one.version for one in wanted.specifier if one.operator in ("==", "===") and not one.version.endswith("*")]
    return Declaration(
        name=canonicalize_name(wanted.name), pin=pins[0] if len(pins) == 1 else None, path=path, line=line, text=text
    )


def declarations(tree: Tree, path: str, seen: frozenset[str] = frozenset()) -> tuple[Declaration, ...]:
    """Return what a requirement file and the files that it includes declare."""
    if path in seen:
        return ()
    found: list[Declaration] = []
    for entry in _entries(path, tree.text(path) or ""):
        if isinstance(entry, str):
            found += declarations(tree, entry, seen | {path})
        else:
            found.append(entry)
    return tuple(found)


@lru_cache(maxsize=256)
def _entries(path: str, text: str) -> tuple[Declaration | str, ...]:
    """Return declarations and the paths of included files; remembered, because many detectors ask."""
    found: list[Declaration | str] = []
    for number, line in _logical_lines(text):
        include = _INCLUDE.match(line)
        entry = None if include else _parse_line(line, path, number)
        if include:
            found.append(_beside(path, include[1]))
        elif entry:
            found.append(entry)
    return tuple(found)


def _parse_line(line: str, path: str, number: int) -> Declaration | None:
    url = _NAMED_URL.search(line)
    if url and not line.startswith("#"):
        return Declaration(name=canonicalize_name(url[1]), pin=None, path=path, line=number, text=line)
    plain = re.split(r"(?:^|\s)(?:#|--hash|--config-settings)", line, maxsplit=1)[0].strip()
    return None if not plain or plain.startswith("-") else declaration(plain, path=path, line=number)


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Join lines that end in a backslash; the number is that of the first."""
    joined: list[tuple[int, str]] = []
    running = False
    for number, line in enumerate(text.split("\n"), 1):
        content = line.strip()
        body = content.removesuffix("\\").rstrip()
        if running:
            joined[-1] = (joined[-1][0], f"{joined[-1][1]} {body}")
        else:
            joined.append((number, body))
        running = content.endswith("\\")
    return [(number, line) for number, line in joined if line]


def _beside(path: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
