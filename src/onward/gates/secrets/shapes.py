"""What the gate's guest programs write (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class History:
    """A mirror of the repository: what its history holds, what was planted, the commits and the file of its canaries."""

    commits: int
    blobs: int
    planted_commits: int
    planted_blobs: int
    missing: int
    shallow: bool
    canaries: tuple[str, ...]
    file: str


@dataclass(frozen=True)
class Staged:
    """How many files are staged and how many changed besides, and the file of the canary."""

    staged: int
    changed: int
    file: str


@dataclass(frozen=True)
class Scanned:
    """How many pieces trufflehog searched, and what it could not."""

    chunks: int
    errors: tuple[str, ...]
