"""The documents that guest programs of several gates write, each declared once: for who writes it and for who decodes it.

Standard library only, Python ≥ 3.9. What stands without a default is always written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Outcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]


@dataclass(frozen=True)
class Planted:
    """A copy at `root`: its `files` are to be looked at; `canaries` maps each planted file to the folder or the file it speaks for."""

    root: str
    files: tuple[str, ...]
    canaries: dict[str, str]


@dataclass(frozen=True)
class Hunk:
    """Lines of a file, from `line` to `end_line`, that a formatter would make other ones of: so many into so many."""

    path: str
    line: int
    end_line: int
    lines: int
    becomes: int


@dataclass(frozen=True)
class Formatted:
    """A planted copy after a formatter went over it: the canaries that it touched, and what it would change."""

    manifest: Planted
    touched: tuple[str, ...]
    hunks: tuple[Hunk, ...]


@dataclass(frozen=True)
class Marked:
    """One place where a secret stands, which its `mark` stands for; `commit` is empty for files as they are now."""

    rule: str
    title: str
    mark: str
    path: str
    commit: str
    line: int
    report: str
    in_history: bool


@dataclass(frozen=True)
class Locked:
    """One entry of a lock file. `licence` is None where locks of the kind hold none, `version` empty where none is pinned."""

    ecosystem: str
    name: str
    version: str
    licence: str | None
    integrity: str
    dev: bool


@dataclass(frozen=True)
class Locks:
    """What lock files name now and at the base, by path: None for a file that cannot be read, for a base that is not there."""

    head: dict[str, list[Locked] | None]
    base: dict[str, list[Locked] | None] | None


@dataclass(frozen=True)
class Vector:
    """A severity of an advisory: a CVSS vector and the version of CVSS that it is in."""

    type: str = ""
    score: str = ""


@dataclass(frozen=True)
class Record:
    """What a judgement needs of an OSV record; `word` is the severity in the database's own words."""

    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    severity: tuple[Vector, ...] = ()
    affected_severity: tuple[Vector, ...] = ()
    fixed: tuple[str, ...] = ()
    word: str = ""


@dataclass(frozen=True)
class Answer:
    """What an OSV service says of one version."""

    ecosystem: str
    name: str
    version: str
    vulns: tuple[Record, ...]


@dataclass(frozen=True)
class Asked:
    """Answers about versions and about the controls; `unheld` are ecosystems of which an imported archive holds nothing.

    `undetermined` maps "name version" to the records of which nobody can say whether they speak of it.
    """

    controls: tuple[Answer, ...]
    answers: tuple[Answer, ...]
    unheld: tuple[str, ...]
    undetermined: dict[str, tuple[str, ...]]
    age_days: dict[str, float]


@dataclass(frozen=True)
class Advisories:
    """What an auditor's report leaves out: records by id, and the age of imported data, None where a live service answered."""

    today: date
    age_days: float | None
    records: dict[str, Record]
    undetermined: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Header:
    """The first line of a report of tests: who reports, and where."""

    format: int
    gate: str
    pytest: str
    python: str
    cwd: str
    plugins: tuple[str, ...]
    seed: int | None
    markexpr_lifted: str
    kind: Literal["header"] = "header"


@dataclass(frozen=True)
class ConfigFact:
    """What the project's own configuration of pytest says to nobody, or points at in vain."""

    rule: Literal["unread-option", "missing-test-path", "ignored-path"]
    name: str
    path: str | None
    line: int | None
    kind: Literal["config"] = "config"


@dataclass(frozen=True)
class Collect:
    """A module that could not be collected, or that skips itself whole."""

    id: str
    outcome: Literal["error", "skipped"]
    path: str | None
    message: str
    kind: Literal["collect"] = "collect"


@dataclass(frozen=True)
class Dropped:
    """A collected test that the project's own options leave out."""

    id: str
    kind: Literal["dropped"] = "dropped"


@dataclass(frozen=True)
class TestLine:
    """One test: how it ended, after which attempts, and what it said where it failed."""

    __test__ = False

    id: str
    outcome: Outcome
    duration_s: float
    attempts: tuple[Outcome, ...]
    reason: str
    path: str | None
    line: int | None
    message: str
    kind: Literal["test"] = "test"


@dataclass(frozen=True)
class End:
    """The last line of a report of tests; `lines` stand before it."""

    lines: int
    exit: int
    collected: int
    executed: int
    elsewhere: int
    duration_s: float
    kind: Literal["end"] = "end"
