"""What is installed in a virtual environment, read from its metadata without starting its interpreter."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name


def packages_in(venv: Path) -> tuple[tuple[str, str], ...]:
    """Return (canonical name, version) of every distribution in the environment, sorted."""
    return tuple(sorted({_name_of(found): found.version for found in _found(venv)}.items()))


def pins_in(venv: Path) -> tuple[str, ...]:
    """Return "name==version" for every distribution that came from a registry, sorted."""
    from_registry = (found for found in _found(venv) if found.read_text("direct_url.json") is None)
    return tuple(sorted(f"{_name_of(found)}=={found.version}" for found in from_registry))


def digest_of(venv: Path, base: str) -> str:
    """Return "sha256:…" over `base` (what it was installed on or from) and all that is installed, with its origin."""
    lines = sorted(f"{_name_of(found)} {found.version} {_origin_of(found)}" for found in _found(venv))
    return "sha256:" + hashlib.sha256("\n".join((base, *lines)).encode()).hexdigest()


def _found(venv: Path) -> list[Distribution]:
    folders = [str(path) for path in venv.glob("lib/python*/site-packages")]
    return list(distributions(path=folders))


def _name_of(distribution: Distribution) -> str:
    return canonicalize_name(distribution.metadata["Name"])


def _origin_of(distribution: Distribution) -> str:
    """Return where it came from when that is not a registry; of a file only the name, for folders differ by machine."""
    text = distribution.read_text("direct_url.json")
    if text is None:
        return ""
    origin = json.loads(text)
    return text if not origin["url"].startswith("file:") else origin["url"].rpartition("/")[2]
