"""What the gate's guest program writes (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """What one step left: how many tests it ran, None where it does not say, and how many files of the project it knows."""

    step: str
    executed: int | None
    files: int


@dataclass(frozen=True)
class Merged:
    """What went into the report, and whether the project itself says what is measured."""

    format: int = field(init=False)
    coverage: str
    steps: tuple[Step, ...]
    branches: bool
    configured: bool
