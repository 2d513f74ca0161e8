"""What yarn.lock locks: Yarn 1's own form, and the one of Yarn 2 and later, which is a part of YAML."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..shared_shapes import Locked
from . import lock_text

FORM = "# yarn lockfile v1"
ASKED = re.compile(r'(?:"[^"\n]+"|[^\s",:#][^\s",]*)(?:, (?:"[^"\n]+"|[^\s",:#][^\s",]*))*:')
FIELD = re.compile(r'  (\w+) (?:"([^"\n]*)"|([^"\s]\S*(?: \S+)*))')
SECTION = re.compile(r"  (dependencies|optionalDependencies):")
NEEDED = re.compile(r'    ("[^"\n]+"|\S+) (?:"([^"\n]*)"|(\S+))')
# What leads to a folder of the project is no package of a registry.
OWN = ("link:", "portal:", "file:", "workspace:")


@dataclass
class Asked:
    """One entry: what it was asked for as (NAME@RANGE), what it is, and what it needs. `listed` where it is a package."""

    asked: tuple[str, ...]
    name: str
    version: str
    integrity: str
    needs: list[tuple[str, str]]
    listed: bool = True


def packages(text: str, manifest: str | None) -> Iterator[Locked]:
    """Yield each locked package, and whether it is for development alone; the lock knows no licences.

    The lock does not know what is for development alone: `manifest`, the package.json beside it, does. Without one,
    and with workspaces, everything counts as shipped. Raises ValueError for what is not understood, and where
    something that is asked for is not locked.
    """
    if not text.endswith("\n"):
        raise ValueError("the last line is truncated")
    locked = list(of_classic(text) if FORM in text.splitlines()[:5] else of_berry(text))
    index, reached = indexed(locked), None
    asked = {need for entry in locked for need in entry.needs}
    roots = json.loads(manifest) if manifest is not None else {}
    if manifest is not None and not roots.get("workspaces"):
        asked |= {*roots.get("devDependencies", {}).items(), *shipped(roots)}
        reached = reach(index, shipped(roots))
    if missing := [name for name, spec in asked if not spec.startswith(OWN) and not answers(index, name, spec)]:
        raise ValueError(f"{min(missing)} is required but not locked")
    for entry in locked:
        if entry.listed:
            dev = reached is not None and (entry.name, entry.version) not in reached
            yield Locked("npm", entry.name, entry.version, None, entry.integrity, dev)


def shipped(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a package.json asks for besides what is for development, as names and ranges."""
    return [pair for section in ("dependencies", "optionalDependencies") for pair in manifest.get(section, {}).items()]


def indexed(locked: list[Asked]) -> dict[str, list[Asked]]:
    """Return the entries by what they were asked for as, and by the name in it."""
    index: dict[str, list[Asked]] = {}
    for entry in locked:
        names = {asked[0] + asked[1:].partition("@")[0] for asked in entry.asked}
        for key in (*entry.asked, *names):
            index.setdefault(key, []).append(entry)
    return index


def reach(index: dict[str, list[Asked]], roots: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return name and version of all that `roots` need."""
    found: set[tuple[str, str]] = set()
    waiting, seen = list(roots), set(roots)
    while waiting:
        for answer in answers(index, *waiting.pop()):
            found.add((answer.name, answer.version))
            waiting += [need for need in answer.needs if need not in seen]
            seen.update(answer.needs)
    return found


def answers(index: dict[str, list[Asked]], name: str, spec: str) -> list[Asked]:
    """Return the entries that were asked for as `name` in `spec`; all that go by the name where a resolution rules."""
    return index.get(f"{name}@{spec}") or index.get(f"{name}@npm:{spec}") or index.get(name) or []


def of_classic(text: str) -> Iterator[Asked]:
    """Yield the entries of Yarn 1's lock."""
    blocks: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if ASKED.fullmatch(line):
            blocks.append((line[:-1], []))
        elif line.startswith("  ") and blocks:
            blocks[-1][1].append(line)
        else:
            raise ValueError(f"{line[:60]!r} is not a line of a lock file")
    for head, lines in blocks:
        yield classic_entry(tuple(entry.strip('"') for entry in head.split(", ")), lines)


def classic_entry(asked: tuple[str, ...], lines: list[str]) -> Asked:
    """Return one entry of Yarn 1's lock."""
    said: dict[str, str] = {}
    needs = []
    for line in lines:
        need, words = NEEDED.fullmatch(line), FIELD.fullmatch(line)
        if need:
            needs.append((need[1].strip('"'), need[2] if need[2] is not None else need[3]))
        elif words:
            said[words[1]] = words[2] if words[2] is not None else words[3]
        elif not SECTION.fullmatch(line):
            raise ValueError(f"{line[:60]!r} is not a line of an entry")
    name, _, spec = asked[0][1:].partition("@")
    name = asked[0][0] + name
    if not spec or not said.get("version"):
        raise ValueError(f"{asked[0]!r} has no range or version")
    if spec.startswith("npm:"):
        name = spec[4] + spec[5:].partition("@")[0]
    integrity = said.get("integrity") or of_digest(said.get("resolved", ""))
    own = spec.startswith(OWN) and "resolved" not in said
    return Asked(asked, name, said["version"], integrity, needs, listed=not own)


def of_digest(address: str) -> str:
    """Return the integrity that stands behind the address of an archive as a SHA-1 in hexadecimal.

    What stands there behind the address of a git repository is a commit.
    """
    place, _, digest = address.partition("#")
    is_archive = place.startswith(("http://", "https://")) and place.endswith((".tgz", ".tar.gz"))
    if not is_archive or not re.fullmatch("[0-9a-f]{40}", digest):
        return ""
    return "sha1-" + base64.b64encode(bytes.fromhex(digest)).decode()


def of_berry(text: str) -> Iterator[Asked]:
    """Yield the entries of a lock of Yarn 2 or later; a patched package is listed as what was patched."""
    (lock,) = lock_text.documents(text)
    if not str(lock.pop("__metadata")["version"]).isdigit():
        raise ValueError("the format is not a number")
    for key, one in lock.items():
        said = str(one["resolution"])
        at = said.find("@", 1)
        name, where = said[:at], said[at + 1 :]
        if at < 0 or one["linkType"] not in ("hard", "soft"):
            raise ValueError(f"{key[:60]!r} is not resolved")
        # It is of the archive as Yarn packs it anew, so no digest of what the registry serves.
        integrity = f"yarn-{one['checksum']}" if "checksum" in one else ""
        listed = one["linkType"] == "hard" and not where.startswith(("patch:", *OWN))
        needs = [(str(need), str(spec)) for need, spec in (one.get("dependencies") or {}).items()]
        yield Asked(tuple(key.split(", ")), name, str(one["version"]), integrity, needs, listed=listed)
