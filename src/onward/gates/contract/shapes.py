"""What the gate's guest programs write (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Invalid:
    """An error of a document; `place` is empty for the whole of it."""

    place: str
    message: str
    kind: str


@dataclass(frozen=True)
class Validation:
    """What a validator says of the published document; `control` counts the errors of one that is known to be wrong."""

    format: int = field(init=False)
    version: str
    operations: int
    control: int
    errors: tuple[Invalid, ...]
    complete: bool = field(init=False)


@dataclass(frozen=True)
class Case:
    """The run that was prepared: operations, objects in answers that were closed, those that say that they are open."""

    format: int = field(init=False)
    operations: int
    closed: int
    left_open: int
