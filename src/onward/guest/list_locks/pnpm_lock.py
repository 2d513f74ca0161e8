"""What pnpm-lock.yaml locks: format 6 (pnpm 8 and 9) and format 9 (pnpm 9 and later)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..shared_shapes import Locked
from . import lock_text

Lock = dict[str, Any]
SHIPPED = ("dependencies", "optionalDependencies")
SECTIONS = (*SHIPPED, "devDependencies")
# What leads to a folder of the project is no package of a registry.
OWN = ("link:", "workspace:")


def packages(text: str) -> Iterator[Locked]:
    """Yield each locked package, and whether it is for development alone; the lock knows no licences.

    Raises ValueError for what is not understood, and where something that is asked for is not among the packages.
    """
    lock = own_document(text)
    wrote = str(lock["lockfileVersion"]).partition(".")[0]
    # what a format is sure to have tells a lock of nothing from the first lines of one
    if wrote not in ("6", "9") or not {"importers", *(SECTIONS if wrote == "6" else ())} & lock.keys():
        raise ValueError(f"unknown format {wrote}, or packages are missing")
    listed, importers = lock.get("packages") or {}, list(lock.get("importers", {".": lock}).values())
    graph = listed if wrote == "6" else lock.get("snapshots") or {}
    every = [*(key for importer in importers for key in required_keys(importer, graph, SECTIONS)), *graph]
    closed = {bare(key) for one in graph.values() for key in required_keys(one, graph)} | {bare(key) for key in every}
    if unlike := closed ^ {bare(key) for key in listed}:
        raise ValueError(f"the entry of {min(unlike)} is incomplete")
    if wrote == "6":
        reached = {bare(key) for key, entry in listed.items() if entry.get("dev") != "true"}
    else:
        reached = {bare(key) for key in reach(graph, [key for item in importers for key in required_keys(item, graph)])}
    for key, one in listed.items():
        yield from package(key, one, dev=bare(key) not in reached)


def own_document(text: str) -> Lock:
    """Return the project's own document, which the one of pnpm itself may stand before."""
    # Where pnpm's own is there, it opens with a marker, and the project's must follow.
    found, expected = lock_text.documents(text), 2 if text.startswith("---") else 1
    if len(found) != expected or not text.endswith("\n"):
        raise ValueError("the lock file is empty or truncated")
    return found[-1]


def required_keys(importer: Lock, graph: Lock, sections: tuple[str, ...] = SHIPPED) -> Iterator[str]:
    """Yield the keys, in `graph`, of what one package of the project asks for."""
    for section in sections:
        for name, one in importer.get(section, {}).items():
            # an older form has the version alone, where nothing else is said
            version = one if isinstance(one, str) else one["version"]
            if not version.startswith(OWN):
                yield key_of(name, version, graph)


def key_of(name: str, version: str, graph: Lock) -> str:
    """Return the key under which a version is kept; under another name, and from elsewhere, the version is the key."""
    for key in (f"{name}@{version}", f"/{name}@{version}", version):
        if key in graph:
            return key
    raise ValueError(f"{name}@{version} is required but not locked")


def reach(graph: Lock, roots: list[str]) -> set[str]:
    """Return the keys of all that `roots` need."""
    found: set[str] = set()
    waiting = roots
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += required_keys(graph[key], graph)
    return found


def bare(key: str) -> str:
    """Return the key of a package without the peers that it was installed with."""
    return key.partition("(")[0]


def package(key: str, one: Lock, *, dev: bool) -> Iterator[Locked]:
    """Yield one package; folders of the project and Node itself are none."""
    resolution = one["resolution"]
    plain = bare(key).removeprefix("/")
    at = plain.find("@", 1)
    name, spec = (plain[:at], plain[at + 1 :]) if at > 0 else ("", plain)
    if "directory" in resolution or spec.startswith("runtime:"):
        return
    name = one.get("name") or name
    version = one.get("version") or (spec if spec[:1].isdigit() else "")
    if not name or not version:
        raise ValueError(f"{key} has no name or version")
    yield Locked("npm", name, version, None, resolution.get("integrity", ""), dev)
