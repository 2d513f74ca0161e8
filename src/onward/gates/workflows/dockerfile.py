"""Dockerfiles as far as pinning goes: which images they build on and what their RUN instructions say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::[-+]([^}]*))?\}|(\w+))")
_FLAG = re.compile(r"\s*--[\w-]+(?:=\S+)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction: its name in capitals, what follows it (line breaks kept), the line it begins on."""

    name: str
    rest: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """An image that a stage is built on, build arguments replaced by their defaults; None when one has none."""

    image: str | None
    written: str
    line: int


def instructions(text: str) -> tuple[Instruction, ...]:
    """Return the instructions of a Dockerfile; comments and empty lines are none."""
    found: list[Instruction] = []
    held: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or (not held and not line.strip()):
            held += [""] if held else []
            continue
        held.append(line)
        if not line.rstrip().endswith("\\"):
            found += _instruction(held, number - len(held) + 1)
            held = []
    return (*found, *(_instruction(held, len(text.splitlines()) - len(held) + 1) if held else ()))


def _instruction(lines: list[str], first: int) -> list[Instruction]:
    match = _INSTRUCTION.match("\n".join(lines))
    return [Instruction(name=match[1].upper(), rest=match[2], line=first)] if match else []


def bases(found: tuple[Instruction, ...]) -> tuple[Base, ...]:
    """Return the images that stages are built on; an earlier stage and `scratch` are none."""
    arguments: dict[str, str] = {}
    stages: set[str] = set()
    images: list[Base] = []
    for entry in found:
        if entry.name == "ARG":
            name, _, value = entry.rest.strip().partition("=")
            arguments.setdefault(name, value.strip("\"'"))
        elif entry.name == "FROM":
            words = [word for word in entry.rest.split() if not word.startswith("--") and word != "\\"]
            image = _expanded(words[0], arguments) if words else None
            if image != "scratch" and image not in stages:
                images.append(Base(image=image, written=words[0] if words else "", line=entry.line))
            stages |= {words[2]} if len(words) == 3 and words[1].lower() == "as" else set()
    return tuple(images)


def _expanded(word: str, arguments: Mapping[str, str]) -> str | None:
    missing = [m for m in _VARIABLE.finditer(word) if not (arguments.get(m[1] or m[3]) or m[2])]
    if missing:
        return None
    return _VARIABLE.sub(lambda m: arguments.get(m[1] or m[3]) or m[2], word)


def script(run: Instruction) -> str:
    """Return what a RUN instruction gives to the shell, without BuildKit's options."""
    rest = run.rest
    while match := _FLAG.match(rest):
        rest = rest[match.end() :].removeprefix("\\\n")
    if rest.lstrip().startswith("["):
        return " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', rest))
    return rest


def looseness(image: str | None, *, digests: bool) -> str | None:
    """Return what is wrong with an image's name, None when it is pinned as far as is asked for."""
    if image is None:
        return "is a build argument without a default, so the base is unknown"
    if "@sha256:" in image:
        return None
    _, colon, tag = image.rpartition("/")[2].partition(":")
    if not colon or tag in {"", "latest"}:
        return "is not pinned: it has no version tag"
    return "is pinned by a tag, which can move, not by a digest" if digests else None
