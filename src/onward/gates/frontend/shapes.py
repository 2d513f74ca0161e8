"""What the gate's guest program writes (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weight:
    """A file of a build: its bytes as it is, and as a web server would send it."""

    path: str
    bytes: int
    gzip: int


@dataclass(frozen=True)
class Weights:
    files: tuple[Weight, ...]
