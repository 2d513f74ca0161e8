"""What the gate's guest programs write (standard library only, Python ≥ 3.9)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Revision:
    """One revision, where it stands, and the SQL of its upgrade."""

    id: str
    path: str
    line: int | None
    new: bool
    sql: str


@dataclass(frozen=True)
class Found:
    """What the walk found wrong."""

    rule: str
    subject: str
    message: str
    path: str | None
    line: int | None


@dataclass(frozen=True)
class Doubt:
    """What keeps the walk from being believed."""

    code: str
    text: str


@dataclass(frozen=True)
class Unfilled:
    """A table that no row could be put into."""

    table: str
    why: str


@dataclass(frozen=True)
class Base:
    """Whether the base's own code migrated the database, with which revisions, else why not. Only the walk reads it."""

    ok: bool
    why: str
    revisions: tuple[str, ...] = ()
    unfilled: tuple[Unfilled, ...] = ()


@dataclass(frozen=True)
class Walk:
    """Everything that walking showed. `walked` are the new revisions that were, `reversible` how many can be undone."""

    format: int = field(init=False)
    alembic: str
    server: str
    heads: tuple[str, ...]
    revisions: tuple[Revision, ...]
    walked: tuple[str, ...]
    findings: tuple[Found, ...]
    problems: tuple[Doubt, ...]
    filled: tuple[str, ...]
    unfilled: tuple[Unfilled, ...]
    reversible: int
    notes: tuple[str, ...]
    complete: bool = field(init=False)
