"""What the gate's guest programs write (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Machine:
    """What the machine did meanwhile: load averages before and after, CPU seconds that everybody used."""

    cpus: int
    load_before: float
    load_after: float
    seconds: float
    busy_s: float


@dataclass(frozen=True)
class Sample:
    """One look at the application's processes: resident bytes added up, CPU seconds used so far; and those of locust."""

    at: float
    resident: int
    cpu_s: float
    members: int
    locust_s: float


@dataclass(frozen=True)
class Watched:
    """What was seen while load was put on, and how locust ended, None where it had to be killed."""

    format: int = field(init=False)
    complete: bool = field(init=False)
    exit: int | None
    last_words: str
    machine: Machine
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Errors:
    """What the project's own locustfile raised."""

    count: int
    first: str


@dataclass(frozen=True)
class Requests:
    """Every request: the number of its endpoint (method, name), ms since `began`, ms that it took, 1 where it succeeded."""

    format: int = field(init=False)
    began: float
    endpoints: tuple[tuple[str, str], ...]
    rows: tuple[tuple[int, float, float, int], ...]
    errors: Errors


@dataclass(frozen=True)
class Based:
    """Whether the application of the base could be started; where it could, the rest of the document is `Turns`."""

    format: int = field(init=False)
    complete: bool = field(init=False)
    base: bool


@dataclass(frozen=True)
class End:
    exit: int | None
    last_words: str


@dataclass(frozen=True)
class Turns(Based):
    """Whose turn it was when: `order` names the side of each block, `round` blocks make a round, None where none began."""

    start: float | None
    round: int
    block_s: float
    guard_s: float
    order: tuple[str, ...]
    ends: dict[str, End]
    machine: Machine
