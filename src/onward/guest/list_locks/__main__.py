"""List what lock files name, now and in the base: those of Python (requirement files too), npm, pnpm and Yarn.

Runs under onward's own interpreter. A file that cannot be read is listed as null.
"""

from __future__ import annotations

import argparse
import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..shared_shapes import Locked, Locks
from ..write_shape import write_shape
from . import pnpm_lock, yarn_lock

Text = Callable[[str], "str | None"]
PIN = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:===?\s*([^\s;,\\#]+))?")
LISTED = re.compile(r"(?:-r|--requirement)[\s=]+(\S+)")


def of_pypi(name: str, version: str, *, integrity: str = "", dev: bool = False) -> Locked:
    """Return a package of PyPI, under its canonical name."""
    return Locked("PyPI", re.sub(r"[-_.]+", "-", name).lower(), version, "", integrity, dev)


def of_requirements(path: str, text: Text, seen: set[str]) -> Iterator[Locked]:
    """Yield the entries of a requirement file and of those that it includes; no version where none is pinned."""
    content = text(path)
    if content is None or path in seen:
        return
    seen.add(path)
    for line in content.replace("\\\n", " ").splitlines():
        bare = line.split(" #")[0].strip()
        included = LISTED.match(bare)
        if included:
            yield from of_requirements(
                posixpath.normpath(posixpath.join(posixpath.dirname(path), included[1])), text, seen
            )
        elif bare and not bare.startswith(("#", "-", ".", "/")) and "://" not in bare.split("@")[0]:
            match = PIN.match(bare)
            if match:
                yield of_pypi(match[1], match[2] or "", integrity="hash" if "--hash=" in bare else "")


def of_toml(content: str) -> Iterator[Locked]:
    """Yield the entries of poetry.lock, uv.lock or pylock.toml, the project itself left out."""
    document = tomllib.loads(content)
    for item in document.get("package", document.get("packages", ())):
        # pylock.toml writes down where a package comes from in the package itself
        source = item.get("source", item)
        if not isinstance(source, dict) or not {"virtual", "editable", "directory"} & source.keys():
            yield of_pypi(item["name"], str(item.get("version", "")))


def of_pipfile(content: str) -> Iterator[Locked]:
    """Yield the entries of Pipfile.lock."""
    data = json.loads(content)
    for section in ("default", "develop"):
        for name, one in data.get(section, {}).items():
            yield of_pypi(name, one.get("version", "").removeprefix("=="), dev=section == "develop")


def of_npm(content: str) -> Iterator[Locked]:
    """Yield the entries of package-lock.json in any of its three forms; links to folders of the project are none.

    Older versions of npm write no licences into any of them.
    """
    data = json.loads(content)
    if "packages" not in data:
        yield from of_old_npm(data.get("dependencies", {}))
        return
    tells = any("license" in item for place, item in data["packages"].items() if "node_modules/" in place)
    for place, one in data["packages"].items():
        _, inside, name = place.rpartition("node_modules/")
        if inside and not one.get("link"):
            licence = one.get("license", "")
            yield Locked(
                "npm",
                one.get("name", name),
                one.get("version", ""),
                licence=(licence if isinstance(licence, str) else "") if tells else None,
                integrity=one.get("integrity", ""),
                dev=bool(one.get("dev") or one.get("devOptional")),
            )


def of_old_npm(dependencies: dict[str, Any]) -> Iterator[Locked]:
    """Yield the entries of a version 1 lock, which nests them and knows no licences."""
    for name, one in dependencies.items():
        yield Locked("npm", name, one.get("version", ""), None, one.get("integrity", ""), bool(one.get("dev")))
        yield from of_old_npm(one.get("dependencies", {}))


READERS = {
    "poetry.lock": of_toml,
    "uv.lock": of_toml,
    "pylock.toml": of_toml,
    "Pipfile.lock": of_pipfile,
    "package-lock.json": of_npm,
    "npm-shrinkwrap.json": of_npm,
}
OTHERS = ("pnpm-lock.yaml", "yarn.lock")


def of_others(path: str, content: str, text: Text) -> Iterator[Locked]:
    """Return the entries of pnpm-lock.yaml or yarn.lock, which know no licences."""
    if posixpath.basename(path) == "yarn.lock":
        return yarn_lock.packages(content, text(posixpath.join(posixpath.dirname(path), "package.json")))
    return pnpm_lock.packages(content)


def entries(path: str, text: Text) -> list[Locked] | None:
    """Return what one file locks, None when it is not there or cannot be read."""
    content = text(path)
    if content is None:
        return None
    name = posixpath.basename(path)
    try:
        if name in READERS:
            found = READERS[name](content)
        elif name in OTHERS:
            found = of_others(path, content, text)
        else:
            found = of_requirements(path, text, set())
        return list({(item.name, item.version, item.dev): item for item in found}.values())
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def in_tree(tree: Path) -> Text:
    """Return how a file below `tree` is read."""

    def text(path: str) -> str | None:
        try:
            return (tree / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):  # read as a lock that is not understood
            return None

    return text


def locked(tree: Path, paths: list[str]) -> dict[str, list[Locked] | None]:
    """Return the entries of each file."""
    return {path: entries(path, in_tree(tree)) for path in paths}


def main() -> None:
    """Write {"head": {path: entries}, "base": {path: entries}}; a base that is not there is null."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path)
    parser.add_argument("paths", nargs="*")
    asked = parser.parse_args()
    base: dict[str, list[Locked] | None] | None = None
    if asked.base is not None and asked.base.is_dir():
        # a file that the base does not have locked nothing then
        there = [path for path in asked.paths if (asked.base / path).exists()]
        base = {**{path: [] for path in asked.paths}, **locked(asked.base, there)}
    write_shape(asked.out, Locks(locked(asked.tree, asked.paths), base), indent=1)


if __name__ == "__main__":
    main()
