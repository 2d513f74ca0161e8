"""Which packages a project declares and which versions its locks pin; every common way of writing that down is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from packaging.utils import canonicalize_name

from onward.detect.documents import jsons, table, texts, toml
from onward.detect.lines import Hit, line_of, matching
from onward.detect.requirements import FILE, Declaration, declaration, declarations
from onward.model.facts import Tree
from onward.model.locks import python_lock

_EXACT = re.compile(r"={0,3}\s*([0-9][A-Za-z0-9.!+_-]*)")


def declared(tree: Tree) -> tuple[tuple[str, str | None], ...]:
    """Return (canonical package name, pinned version or None), sorted; nothing is executed.

    A lock's pin comes before one from a requirement; where pins differ (extras, markers, matrices) there is none.
    """
    locked = _by_name(lock_entries(tree))
    asked = _by_name(all_declarations(tree))
    names = sorted({*locked, *asked})
    return tuple((name, _one_pin(locked.get(name, ())) or _one_pin(asked.get(name, ()))) for name in names)


def all_declarations(tree: Tree) -> tuple[Declaration, ...]:
    """Return what the project itself asks for, with places; locks are not among it."""
    files = (entry for path in matching(tree, FILE) for entry in declarations(tree, path))
    return (*files, *_pyproject(tree), *_pipfile(tree))


def declared_hits(tree: Tree, names: Mapping[str, str]) -> tuple[Hit, ...]:
    """Return where packages among `names` are first declared in each file; a hit's value is what `names` says."""
    first: dict[tuple[str, str], Hit] = {}
    for entry in all_declarations(tree):
        if entry.name in names:
            hit = Hit(value=names[entry.name], path=entry.path, line=entry.line, text=entry.text)
            first.setdefault((entry.name, entry.path), hit)
    return tuple(first.values())


def lock_entries(tree: Tree) -> Iterator[Declaration]:
    """Walk over the packages that the lock file pins which counts; PDM's only where there is no other."""
    path = python_lock(tree.paths) or "pdm.lock"
    if path == "Pipfile.lock":
        for group in ("default", "develop"):
            for name, entry in table(jsons(tree, path), group).items():
                yield _entry(name, _exact(table(entry).get("version")), path)
        return
    packages = toml(tree, path).get("package") or toml(tree, path).get("packages")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, dict) and isinstance(package.get("name"), str) and _is_foreign(package):
            version = package.get("version")
            yield _entry(package["name"], version if isinstance(version, str) else None, path)


def _is_foreign(package: dict[str, object]) -> bool:
    """Tell packages from the project itself, which uv lists in its lock."""
    source = table(package, "source")
    return not any(key in source for key in ("editable", "virtual"))


def _pyproject(tree: Tree) -> Iterator[Declaration]:
    document = toml(tree, "pyproject.toml")
    project, groups = table(document, "project"), table(document, "dependency-groups")
    lists = [project.get("dependencies"), *table(project, "optional-dependencies").values(), *groups.values()]
    lists.append(table(document, "tool", "uv").get("dev-dependencies"))
    text = tree.text("pyproject.toml") or ""
    for requirement in (item for entry in lists if isinstance(entry, list) for item in texts(entry)):
        line, _ = line_of(text, requirement)
        found = declaration(requirement, path="pyproject.toml", line=line)
        if found:
            yield found
    yield from _poetry(table(document, "tool", "poetry"), text)


def _poetry(poetry: dict[str, object], text: str) -> Iterator[Declaration]:
    groups = (table(group, "dependencies") for group in table(poetry, "group").values())
    for dependencies in (table(poetry, "dependencies"), table(poetry, "dev-dependencies"), *groups):
        yield from _constraints(dependencies, "pyproject.toml", text)


def _pipfile(tree: Tree) -> Iterator[Declaration]:
    document, text = toml(tree, "Pipfile"), tree.text("Pipfile") or ""
    for section in ("packages", "dev-packages"):
        yield from _constraints(table(document, section), "Pipfile", text)


def _constraints(dependencies: dict[str, object], path: str, text: str) -> Iterator[Declaration]:
    """Read `name = "constraint"` or `name = { version = "constraint" }`."""
    for name, constraint in dependencies.items():
        if name == "python":
            continue
        version = table(constraint).get("version") if isinstance(constraint, dict) else constraint
        line, shown = next(_key_lines(text, name), (0, name))
        yield Declaration(name=canonicalize_name(name), pin=_exact(version), path=path, line=line, text=shown)


def _key_lines(text: str, name: str) -> Iterator[tuple[int, str]]:
    pattern = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if pattern.match(line))


def _exact(constraint: object) -> str | None:
    match = _EXACT.fullmatch(constraint.strip()) if isinstance(constraint, str) else None
    return match[1] if match else None


def _entry(name: str, version: str | None, path: str) -> Declaration:
    return Declaration(name=canonicalize_name(name), pin=version, path=path, text=name)


def _by_name(found: Iterable[Declaration]) -> dict[str, tuple[Declaration, ...]]:
    grouped: dict[str, tuple[Declaration, ...]] = {}
    for entry in found:
        grouped[entry.name] = (*grouped.get(entry.name, ()), entry)
    return grouped


def _one_pin(found: Iterable[Declaration]) -> str | None:
    pins = {entry.pin for entry in found if entry.pin}
    return pins.pop() if len(pins) == 1 else None
