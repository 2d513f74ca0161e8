"""Whether an OSV record speaks of one version of one package (OSV schema, "Evaluation").

Versions are compared as their ecosystem does: PEP 440 for PyPI, semantic versioning for npm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cmp_to_key
from typing import Any

from packaging.version import InvalidVersion
from packaging.version import Version as Pep440

Record = Mapping[str, Any]
# Both are ordered, each among its own.
_Version = Any

PYPI, NPM = "PyPI", "npm"
# The ecosystems whose versions can be compared here.
ECOSYSTEMS = (PYPI, NPM)
_RANGES = frozenset({"ECOSYSTEM", "SEMVER"})


def canonical(name: str, ecosystem: str = PYPI) -> str:
    """Return a package name as its ecosystem compares it: PEP 503 for PyPI, npm's names as they are."""
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == PYPI else name


def package_names(record: Record, ecosystem: str) -> frozenset[str]:
    """Return the canonical names of the packages of one ecosystem that a record affects."""
    return frozenset(
        canonical(package["name"], ecosystem)
        for affected in record.get("affected", ())
        if (package := affected.get("package", {})).get("ecosystem") == ecosystem and package.get("name")
    )


def affects(record: Record, name: str, version: str, ecosystem: str = PYPI) -> bool:
    """Return whether `version` of package `name` is hit: listed by equality, or inside a range.

    Withdrawn records never hit. Versions that cannot be parsed are compared as text; `is_undetermined` tells the rest.
    """
    if record.get("withdrawn"):
        return False
    parse = _PARSERS[ecosystem]
    return any(
        _listed(affected, version, parse) or _in_ranges(affected, version, parse)
        for affected in _of_package(record, canonical(name, ecosystem), ecosystem)
    )


def is_undetermined(record: Record, version: str = "0.0.0", ecosystem: str = PYPI) -> bool:
    """Return whether nobody can say if a record in force speaks of `version`.

    It gives neither versions nor ranges for any package, or ranges with which this version cannot be compared.
    """
    if not record.get("withdrawn") and _PARSERS[ecosystem](version) is None:
        return True
    spans = (
        affected.get("versions") or any(span.get("type") in _RANGES for span in affected.get("ranges", ()))
        for affected in record.get("affected", ())
    )
    return not record.get("withdrawn") and not any(spans)


def _of_package(record: Record, name: str, ecosystem: str) -> Iterable[Record]:
    for affected in record.get("affected", ()):
        package = affected.get("package", {})
        if package.get("ecosystem") == ecosystem and canonical(package.get("name", ""), ecosystem) == name:
            yield affected


_Parse = Callable[[str], "_Version | None"]


def _listed(affected: Record, version: str, parse: _Parse) -> bool:
    versions: list[str] = affected.get("versions") or []
    if version in versions:
        return True
    wanted = parse(version)
    return wanted is not None and any(parse(entry) == wanted for entry in versions)


def _in_ranges(affected: Record, version: str, parse: _Parse) -> bool:
    wanted = parse(version)
    if wanted is None:
        return False
    return any(
        _in_events(_timeline(span.get("events", ()), parse), wanted)
        for span in affected.get("ranges", ())
        if span.get("type") in _RANGES
    )


def _in_events(timeline: Iterable[tuple[_Version | None, str]], version: _Version) -> bool:
    """Walk the events in the order of their versions; the last one at or below `version` decides."""
    hit = False
    for at, kind in sorted(timeline, key=lambda event: (event[0] is not None, event[0] or version)):
        if at is None or at < version or (at == version and kind != "last_affected"):
            hit = kind == "introduced"
    return hit


def _timeline(events: Iterable[Mapping[str, str]], parse: _Parse) -> list[tuple[_Version | None, str]]:
    found: list[tuple[_Version | None, str]] = []
    for event in events:
        for kind, text in event.items():
            if kind == "introduced" and text == "0":
                found.append((None, kind))
            elif kind in {"introduced", "fixed", "last_affected"} and (at := parse(text)) is not None:
                found.append((at, kind))
    return found


def _pep440(text: str) -> _Version | None:
    try:
        return Pep440(text)
    except InvalidVersion:  # no version of this registry: compared by its text alone
        return None


def _semver(text: str) -> _Version | None:
    """Return what npm itself would take `text` for ("v1.2.3" as well); OSV's services complete "1.2" as well."""
    import nodesemver  # noqa: PLC0415  # only where versions of npm are compared

    whole = text + ".0" * (2 - text.count(".")) if text.replace(".", "").isdigit() else text
    version = nodesemver.parse(whole.strip(), loose=True)
    return None if version is None else _ordered(version)


def _compare(one: _Version, other: _Version) -> int:
    return int(one.compare(other))


_ordered = cmp_to_key(_compare)


_PARSERS: Mapping[str, _Parse] = {PYPI: _pep440, NPM: _semver}
