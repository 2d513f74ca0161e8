"""What the gate's guest programs write (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Installed:
    """What is installed, name → version; the project's own packages apart."""

    packages: dict[str, str]
    own: dict[str, str]


@dataclass(frozen=True)
class Said:
    """What a package says of its licence; `local` is the project's own."""

    ecosystem: str
    name: str
    version: str
    expression: str
    field: str
    classifiers: tuple[str, ...]
    local: bool


@dataclass(frozen=True)
class Licences:
    """What every distribution says, and what a made-up one does."""

    control: Said
    packages: tuple[Said, ...]


@dataclass(frozen=True)
class Checked:
    """What CycloneDX's own schema says of a bill of materials."""

    spec: str
    error: str | None
