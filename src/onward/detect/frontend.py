"""What a front end says about itself in package.json: its scripts and the packages that it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from onward.detect.documents import jsons, table
from onward.detect.lines import Hit, gathered, line_of, matching
from onward.model.facts import Fact, Tree

MANIFEST = r"(?:(?!node_modules/)[^/]+/){0,3}package\.json"
_DEPENDENCIES = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def scripts(tree: Tree) -> Fact:
    """Return each script as "FOLDER<tab>NAME<tab>COMMAND"."""
    return gathered("frontend-scripts", _entries(tree, ("scripts",)))


def dependencies(tree: Tree) -> Fact:
    """Return each package that is asked for as "FOLDER<tab>PACKAGE<tab>RANGE"."""
    return gathered("frontend-packages", _entries(tree, _DEPENDENCIES))


def managers(tree: Tree) -> Fact:
    """Return each package manager that a package.json names as "FOLDER<tab>NAME@VERSION"."""
    return gathered("frontend-managers", _managers(tree))


def _managers(tree: Tree) -> Iterator[Hit]:
    for path in matching(tree, MANIFEST):
        named = jsons(tree, path).get("packageManager")
        if isinstance(named, str):
            line, text = line_of(tree.text(path) or "", '"packageManager"')
            yield Hit(value=f"{_folder(path)}\t{named}", path=path, line=line, text=text)


def _folder(path: str) -> str:
    return path.removesuffix("package.json").rstrip("/") or "."


def _entries(tree: Tree, keys: tuple[str, ...]) -> Iterator[Hit]:
    for path in matching(tree, MANIFEST):
        document = jsons(tree, path)
        folder = _folder(path)
        for key in keys:
            for name, value in table(document, key).items():
                if isinstance(value, str):
                    line, text = line_of(tree.text(path) or "", f'"{name}"', after=f'"{key}"')
                    yield Hit(value=f"{folder}\t{name}\t{value}", path=path, line=line, text=text)
