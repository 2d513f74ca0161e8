"""What a front end says about itself in package.json: its scripts and the packages that it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from onward.detect.documents import jsons, table
from onward.detect.lines import Hit, line_of, matching, recorded
from onward.model.facts import Fact, Package, PackageManager, Script, Tree

MANIFEST = r"(?:(?!node_modules/)[^/]+/){0,3}package\.json"
_DEPENDENCIES = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def scripts(tree: Tree) -> Fact:
    """Return each script."""
    found = _entries(tree, ("scripts",))
    return recorded("frontend-scripts", ((Script(*fields), hit) for fields, hit in found))


def dependencies(tree: Tree) -> Fact:
    """Return each package that is asked for."""
    found = _entries(tree, _DEPENDENCIES)
    return recorded("frontend-packages", ((Package(*fields), hit) for fields, hit in found))


def managers(tree: Tree) -> Fact:
    """Return each package manager that a package.json names."""
    return recorded("frontend-managers", _managers(tree))


def _managers(tree: Tree) -> Iterator[tuple[PackageManager, Hit]]:
    for path in matching(tree, MANIFEST):
        named = jsons(tree, path).get("packageManager")
        if isinstance(named, str):
            line, text = line_of(tree.text(path) or "", '"packageManager"')
            yield PackageManager(_folder(path), named), Hit(value=named, path=path, line=line, text=text)


def _folder(path: str) -> str:
    return path.removesuffix("package.json").rstrip("/") or "."


def _entries(tree: Tree, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, str, str], Hit]]:
    """Yield folder, name and value of each entry of these tables, and where it stands."""
    for path in matching(tree, MANIFEST):
        document = jsons(tree, path)
        folder = _folder(path)
        for key in keys:
            for name, value in table(document, key).items():
                if isinstance(value, str):
                    line, text = line_of(tree.text(path) or "", f'"{name}"', after=f'"{key}"')
                    yield (folder, name, value), Hit(value=value, path=path, line=line, text=text)
