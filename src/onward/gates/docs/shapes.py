"""What the gate's guest program writes (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Collected:
    """Documents and the texts beside them, by path; None for what is not text. `tracked` are the repository's files."""

    documents: dict[str, str | None]
    texts: dict[str, str]
    tracked: tuple[str, ...]
    prefix: str
    origin: str
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Tests:
    """Different tests of a run, those that passed somewhere and failed nowhere, and how many gates reported."""

    passed: int
    total: int
    reports: int


@dataclass(frozen=True)
class Totals:
    covered_lines: int
    num_statements: int
    covered_branches: int = 0
    num_branches: int = 0


@dataclass(frozen=True)
class Shown(Collected):
    """What the run has shown besides; no `coverage` where none was measured."""

    tests: Tests
    coverage: Totals | None
