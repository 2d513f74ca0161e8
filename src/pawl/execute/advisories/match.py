"""Whether an OSV record speaks of one version of one PyPI package (OSV schema, "Evaluation"; PEP 440 comparison)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from packaging.version import InvalidVersion, Version

Record = Mapping[str, Any]
_RANGES = frozenset({"ECOSYSTEM", "SEMVER"})


def canonical(name: str) -> str:
    """Return a package name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def package_names(record: Record) -> frozenset[str]:
    """Return the canonical names of the PyPI packages that a record affects."""
    return frozenset(
        canonical(package["name"])
        for affected in record.get("affected", ())
        if (package := affected.get("package", {})).get("ecosystem") == "PyPI" and package.get("name")
    )


def affects(record: Record, name: str, version: str) -> bool:
    """Return whether `version` of package `name` is hit: listed by equality, or inside a range.

    Withdrawn records never hit. Versions that PEP 440 cannot parse are compared as text, never taken as clean.
    """
    if record.get("withdrawn"):
        return False
    return any(
        _listed(affected, version) or _in_ranges(affected, version)
        for affected in record.get("affected", ())
        if canonical(affected.get("package", {}).get("name", "")) == canonical(name)
    )


def is_undetermined(record: Record) -> bool:
    """Return whether a record in force gives neither versions nor ranges for any PyPI package."""
    spans = (
        affected.get("versions") or any(span.get("type") in _RANGES for span in affected.get("ranges", ()))
        for affected in record.get("affected", ())
    )
    return not record.get("withdrawn") and not any(spans)


def _listed(affected: Record, version: str) -> bool:
    versions: list[str] = affected.get("versions") or []
    if version in versions:
        return True
    wanted = _parsed(version)
    return wanted is not None and any(_parsed(one) == wanted for one in versions)


def _in_ranges(affected: Record, version: str) -> bool:
    wanted = _parsed(version)
    if wanted is None:
        return False
    return any(
        _in_events(span.get("events", ()), wanted) for span in affected.get("ranges", ()) if span.get("type") in _RANGES
    )


def _in_events(events: Iterable[Mapping[str, str]], version: Version) -> bool:
    """Walk the events in the order of their versions; the last one at or below `version` decides."""
    hit = False
    for at, kind in sorted(_timeline(events), key=lambda event: (event[0] is not None, event[0] or version)):
        if at is None or at < version or (at == version and kind != "last_affected"):
            hit = kind == "introduced"
    return hit


def _timeline(events: Iterable[Mapping[str, str]]) -> list[tuple[Version | None, str]]:
    found: list[tuple[Version | None, str]] = []
    for event in events:
        for kind, text in event.items():
            if kind == "introduced" and text == "0":
                found.append((None, kind))
            elif kind in {"introduced", "fixed", "last_affected"} and (at := _parsed(text)) is not None:
                found.append((at, kind))
    return found


def _parsed(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
