"""What is installed in a virtual environment, read from its metadata without starting its interpreter."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One distribution. `origin` is empty when it came from a registry, else where it came from instead."""

    name: str
    version: str
    origin: str

    @property
    def pin(self) -> str:
        """Return "name==version"."""
        return f"{self.name}=={self.version}"


def installed_in(venv: Path) -> tuple[Installed, ...]:
    """Return every distribution in the environment by its canonical name, sorted."""
    folders = [str(path) for path in venv.glob("lib/python*/site-packages")]
    found = {canonicalize_name(one.name): one for one in distributions(path=folders)}
    return tuple(
        Installed(name=name, version=one.version, origin=_origin_of(one)) for name, one in sorted(found.items())
    )


def digest_of(packages: tuple[Installed, ...], base: str) -> str:
    """Return "sha256:…" over `base` (what they were installed on or from) and all packages with their origin."""
    lines = (f"{one.name} {one.version} {one.origin}" for one in packages)
    return "sha256:" + hashlib.sha256("\n".join((base, *lines)).encode()).hexdigest()


def _origin_of(distribution: Distribution) -> str:
    """Return where it came from when that is not a registry; of a file only the name, for folders differ by machine."""
    text = distribution.read_text("direct_url.json")
    if text is None:
        return ""
    origin = json.loads(text)
    return text if not origin["url"].startswith("file:") else origin["url"].rpartition("/")[2]
