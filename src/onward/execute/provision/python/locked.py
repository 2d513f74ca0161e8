"""Turn the lock files of poetry and pipenv into requirements that uv installs (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


def from_pipfile_lock(lock: Mapping[str, Any], *, deployed: bool) -> tuple[str, ...]:
    """Return one requirement a locked package, with its markers and hashes; `develop` too unless deployed."""
    sections = ("default",) if deployed else ("default", "develop")
    packages = {name: entry for section in sections for name, entry in lock.get(section, {}).items()}
    return tuple(line for name, entry in sorted(packages.items()) if (line := _pipfile_line(name, entry)))


def _pipfile_line(name: str, entry: Mapping[str, Any]) -> str:
    if "git" in entry:
        return f"{name} @ git+{entry['git']}@{entry.get('ref', 'HEAD')}"
    if "version" not in entry:
        # A path inside the project: what it needs is locked beside it.
        return ""
    extras = f"[{','.join(entry['extras'])}]" if entry.get("extras") else ""
    marker = f" ; {entry['markers']}" if entry.get("markers") else ""
    return f"{name}{extras}{entry['version']}{marker}{_hashes(entry.get('hashes', ()))}"


def poetry_pins(lock: Mapping[str, Any]) -> tuple[str, ...]:
    """Return "name==version" for each package that poetry locked at one version only."""
    versions: dict[str, set[str]] = {}
    for package in lock.get("package", ()):
        if "source" not in package or package["source"].get("type") in (None, "legacy"):
            versions.setdefault(canonicalize_name(package["name"]), set()).add(package["version"])
    return tuple(f"{name}=={min(found)}" for name, found in sorted(versions.items()) if len(found) == 1)


def poetry_hashes(lock: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the hashes of the files of each locked (name, version)."""
    old = lock.get("metadata", {}).get("files", {})
    return {
        (canonicalize_name(package["name"]), package["version"]): tuple(
            file["hash"] for file in package.get("files") or old.get(package["name"], ())
        )
        for package in lock.get("package", ())
    }


def with_hashes(pins: Iterable[str], hashes: Mapping[tuple[str, str], tuple[str, ...]]) -> tuple[str, ...]:
    """Return the resolved lines "name==version ; marker" with the locked hashes of each."""
    return tuple(line + _hashes(hashes.get(_pinned(line), ())) for line in pins)


def poetry_roots(pyproject: Mapping[str, Any], *, deployed: bool) -> tuple[str, ...]:
    """Return what a poetry project asks for as standard requirements; its groups too unless deployed."""
    poetry = pyproject.get("tool", {}).get("poetry", {})
    project = pyproject.get("project", {})
    groups: list[Mapping[str, Any]] = [poetry.get("dependencies", {})]
    lines: list[str] = list(project.get("dependencies", ()))
    if not deployed:
        groups += [poetry.get("dev-dependencies", {})]
        groups += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
        lines += [line for extra in project.get("optional-dependencies", {}).values() for line in extra]
        lines += [
            line for group in pyproject.get("dependency-groups", {}).values() for line in group if isinstance(line, str)
        ]
    for group in groups:
        for name, wanted in group.items():
            if name.lower() != "python":
                lines += _poetry_lines(name, wanted, deployed=deployed)
    return tuple(lines)


def _poetry_lines(name: str, wanted: Any, *, deployed: bool) -> Iterator[str]:
    for one in wanted if isinstance(wanted, list) else [wanted]:
        entry = {"version": one} if isinstance(one, str) else one
        if "path" in entry or (deployed and entry.get("optional")):
            continue
        extras = f"[{','.join(entry['extras'])}]" if entry.get("extras") else ""
        markers = [f"({entry['markers']})"] if entry.get("markers") else []
        markers += [f"python_full_version {part}" for part in _quoted(entry.get("python", ""))]
        marker = f" ; {' and '.join(markers)}" if markers else ""
        yield f"{name}{extras}{_origin(entry)}{marker}"


def _origin(entry: Mapping[str, Any]) -> str:
    if "git" in entry:
        revision = entry.get("rev") or entry.get("tag") or entry.get("branch")
        return f" @ git+{entry['git']}" + (f"@{revision}" if revision else "")
    if "url" in entry:
        return f" @ {entry['url']}"
    return specifier(entry.get("version", "*"))


def _quoted(constraint: str) -> list[str]:
    parts = [str(part) for part in SpecifierSet(specifier(constraint))] if constraint else []
    return [f"{part.rstrip('0123456789.*')} '{part.lstrip('<>=!~')}'" for part in sorted(parts)]


def specifier(constraint: str) -> str:
    """Return poetry's constraint ("^1.2", "~1.2", "1.*", "1.2.3", ">=1,<2") as a standard specifier.

    Alternatives ("^1 || ^2") have no standard form and become "any version".
    """
    if "|" in constraint:
        return ""
    parts = [_part(part.strip()) for part in constraint.replace(" ,", ",").split(",") if part.strip()]
    joined = ",".join(part for part in parts if part)
    try:
        return str(SpecifierSet(joined))
    except InvalidSpecifier:
        return ""


def _part(text: str) -> str:
    if text == "*":
        return ""
    if text[0] in "^~" and not text.startswith("~="):
        return _range(text[0], text[1:].strip())
    if text[0].isdigit():
        return f"=={text}"
    return text.replace(" ", "")


def _range(sign: str, text: str) -> str:
    try:
        release = Version(text).release
    except InvalidVersion:
        return ""
    given = len(text.split("."))
    first = next((place for place, number in enumerate(release) if number), given - 1)
    # A caret keeps the first number that is not zero, a tilde the second number that is given.
    kept = first if sign == "^" else min(1, given - 1)
    above = (*release[:kept], release[kept] + 1)
    return f">={text},<{'.'.join(map(str, above))}"


def _pinned(line: str) -> tuple[str, str]:
    name, _, rest = line.partition("==")
    return canonicalize_name(name.partition("[")[0].strip()), rest.partition(";")[0].strip()


def _hashes(hashes: Iterable[str]) -> str:
    return "".join(f" --hash={value}" for value in sorted(hashes))
