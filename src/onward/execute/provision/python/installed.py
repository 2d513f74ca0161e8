"""What is installed in a virtual environment, read from its metadata without starting its interpreter."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
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
    """Return every distribution in an environment that uv made, by its canonical name, sorted."""
    # uv names the folder after both; the metadata inside says the same and takes a millisecond a package to parse.
    found = (folder for folder in venv.glob("lib/python*/site-packages/*.dist-info"))
    return tuple(sorted((_installed(folder) for folder in found), key=lambda entry: entry.name))


def _installed(folder: Path) -> Installed:
    name, _, version = folder.name.removesuffix(".dist-info").partition("-")
    return Installed(name=canonicalize_name(name), version=version, origin=_origin_of(folder))


def digest_of(packages: tuple[Installed, ...], base: str) -> str:
    """Return "sha256:…" over `base` (what they were installed on or from) and all packages with their origin."""
    lines = (f"{package.name} {package.version} {package.origin}" for package in packages)
    return "sha256:" + hashlib.sha256("\n".join((base, *lines)).encode()).hexdigest()


def _origin_of(folder: Path) -> str:
    """Return where it came from when that is not a registry; of a file only the name, for folders differ by machine."""
    try:
        text = (folder / "direct_url.json").read_text(encoding="utf-8")
    except FileNotFoundError:  # from a registry
        return ""
    url = json.loads(text)["url"]
    return url.rpartition("/")[2] if url.startswith("file:") else text
