"""What the gate's guest programs write (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attempted:
    """Whether an image could be built; the rest of the document is `Built` or `Unbuilt`."""

    built: bool


@dataclass(frozen=True)
class Built(Attempted):
    id: str
    tag: str
    builder: str
    engine: str


@dataclass(frozen=True)
class Unbuilt(Attempted):
    """A Dockerfile that does not build, with the last lines of the builder's output."""

    builder: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Inspected:
    """What an image says of itself; `uid` is None where it does not know the user that it names."""

    user: str
    uid: int | None
    healthcheck: bool
    size: int
    layers: int


@dataclass(frozen=True)
class Layer:
    name: str
    files: int


@dataclass(frozen=True)
class LaidOut:
    """The layers of an image, each with a canary beside its files."""

    canary: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Match:
    """One record that osv-scanner matched; `score` and `word` are empty where the record has none."""

    name: str
    version: str
    id: str
    aliases: tuple[str, ...]
    score: str
    word: str
    summary: str
    fixed: tuple[str, ...]


@dataclass(frozen=True)
class Ecosystem:
    """The packages of one ecosystem: how many, what was found, and whether the control was."""

    ecosystem: str
    packages: int
    control: bool
    found: tuple[Match, ...]
    age_days: float | None


@dataclass(frozen=True)
class Matches:
    """What osv-scanner matched, ecosystem by ecosystem; `source` is "imported" or "live"."""

    source: str
    ecosystems: tuple[Ecosystem, ...]


@dataclass(frozen=True)
class Database:
    """Trivy's database: where it is from, and how old it is."""

    source: str
    updated_at: str
    age_days: float
