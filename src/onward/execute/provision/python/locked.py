"""Turn the lock files of poetry and pipenv into requirements that uv installs (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from onward.errors import ProvisionError

# a table of a lock or of pyproject.toml
Table = Mapping[str, Any]


def from_pipfile_lock(lock: Table, *, deployed: bool) -> tuple[str, ...]:
    """Return one requirement a locked package, with its markers and hashes; `develop` too unless deployed."""
    sections = ("default",) if deployed else ("default", "develop")
    packages = {name: entry for section in sections for name, entry in lock.get(section, {}).items()}
    return tuple(line for name, entry in sorted(packages.items()) if (line := _pipfile_line(name, entry)))


def _pipfile_line(name: str, entry: Table) -> str:
    if "git" in entry:
        return f"{name} @ git+{entry['git']}@{entry.get('ref', 'HEAD')}"
    if "version" not in entry:
        # A path inside the project: what it needs is locked beside it.
        return ""
    extras = f"[{','.join(entry['extras'])}]" if entry.get("extras") else ""
    marker = f" ; {entry['markers']}" if entry.get("markers") else ""
    return f"{name}{extras}{entry['version']}{marker}{_hashes(entry.get('hashes', ()))}"


def poetry_pins(lock: Table) -> tuple[str, ...]:
    """Return "name==version" for each package that poetry locked at one version only."""
    versions: dict[str, set[str]] = {}
    for package in lock.get("package", ()):
        if "source" not in package or package["source"].get("type") in (None, "legacy"):
            versions.setdefault(canonicalize_name(package["name"]), set()).add(package["version"])
    return tuple(f"{name}=={min(found)}" for name, found in sorted(versions.items()) if len(found) == 1)


def poetry_hashes(lock: Table) -> dict[tuple[str, str], tuple[str, ...]]:
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


def poetry_roots(pyproject: Table, *, deployed: bool) -> tuple[str, ...]:
    """Return what a poetry project asks for as standard requirements; its groups too unless deployed."""
    poetry = pyproject.get("tool", {}).get("poetry", {})
    project = pyproject.get("project", {})
    groups: list[Table] = [poetry.get("dependencies", {})]
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
    # Slow to import, and it puts its own copies of some libraries first on the import path: only where poetry is used.
    from poetry.core.constraints.version import VersionRange  # noqa: PLC0415
    from poetry.core.factory import Factory  # noqa: PLC0415

    for given in wanted if isinstance(wanted, list) else [wanted]:
        entry = {"version": given} if isinstance(given, str) else given
        if entry.keys() & {"path", "file"} or (deployed and entry.get("optional")):
            continue
        try:
            if entry.get("markers"):
                # What is wrong there, poetry's library says with errors of a library inside it.
                Marker(entry["markers"])
            dependency = Factory.create_dependency(name, entry)
        except ValueError as error:
            text = f"what the project asks of {name} cannot be read: {error}"
            raise ProvisionError(text, where="pyproject.toml", hint="`poetry check` says more") from error
        if "||" in str(dependency.constraint):
            # Alternatives ("^1 || ^3") have no standard form: one range around all of them, inside which the lock decides.
            low, *_, high = dependency.constraint.flatten()
            whole = VersionRange(low.min, high.max, include_min=low.include_min, include_max=high.include_max)
            dependency.constraint = whole
        yield str(Requirement(dependency.to_pep_508()))


def _pinned(line: str) -> tuple[str, str]:
    name, _, rest = line.partition("==")
    return canonicalize_name(name.partition("[")[0].strip()), rest.partition(";")[0].strip()


def _hashes(hashes: Iterable[str]) -> str:
    return "".join(f" --hash={value}" for value in sorted(hashes))
