"""What is known about a project: its files, its revisions, and facts with the evidence for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar, cast

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing found out about the stack. `value=None` is an honest "unknown"; `evidence` are "path:line text"."""

    name: str
    value: str | tuple[str, ...] | tuple[tuple[str, ...], ...] | None
    evidence: tuple[str, ...] = ()


class Script(NamedTuple):
    """A script of a package.json; `folder` is "." at the root of the project."""

    folder: str
    name: str
    command: str


class Package(NamedTuple):
    """A package that a package.json asks for."""

    folder: str
    name: str
    range: str


class PackageManager(NamedTuple):
    """The package manager that a package.json names, as "pnpm@10.1.0"."""

    folder: str
    named: str


class BuiltOn(NamedTuple):
    """An image that a Dockerfile builds on, its build arguments written as `${NAME:-default}`."""

    dockerfile: str
    image: str


@dataclass(frozen=True, slots=True)
class FactKey(Generic[T_co]):
    """A fact that gates may ask for, and what stands for it where it is unknown."""

    name: str
    unknown: T_co


FORMATTER: FactKey[tuple[str, ...]] = FactKey("formatter", ())
LINTER: FactKey[tuple[str, ...]] = FactKey("linter", ())
BANDIT_CONFIG: FactKey[str] = FactKey("bandit-config", "")
MYPY_FILES: FactKey[tuple[str, ...]] = FactKey("mypy-files", ())
FRONTEND: FactKey[tuple[str, ...]] = FactKey("frontend", ())
FRONTEND_SCRIPTS: FactKey[tuple[Script, ...]] = FactKey("frontend-scripts", ())
FRONTEND_PACKAGES: FactKey[tuple[Package, ...]] = FactKey("frontend-packages", ())
FRONTEND_MANAGERS: FactKey[tuple[PackageManager, ...]] = FactKey("frontend-managers", ())
BASE_IMAGES: FactKey[tuple[BuiltOn, ...]] = FactKey("base-images", ())


class Tree(Protocol):
    """Read-only view of a project's files: paths relative to the project root, with `/`."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Tracked and unignored files, sorted."""
        ...

    def text(self, path: str) -> str | None:
        """Return the file's text, or None when it is absent, binary or unreadable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Where the work tree stands. `head` is None in a repository without commits; `tree` digests what is looked at.

    `base_from` says how the base was found, or why there is none.
    """

    head: str | None
    base: str | None
    branch: str | None
    tree: str | None
    dirty: bool
    shallow: bool = False
    base_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as onward sees it at the start of a run.

    `prefix` is the project's path inside its git root ("" at the root, else with `/` and no trailing slash).
    `files` are tracked and unignored paths relative to `root`, plus what `workspace.include` adds.
    `changed` are those that differ from the base (committed or not), None when there is no base to compare with.
    `declared` maps a package's canonical name to the version its lock pins (None when declared without a pin).
    """

    root: Path
    git_root: Path
    git_dir: Path
    prefix: str
    files: tuple[str, ...]
    changed: tuple[str, ...] | None
    revision: Revision
    facts: tuple[Fact, ...] = ()
    declared: tuple[tuple[str, str | None], ...] = ()

    def fact(self, key: FactKey[T_co]) -> T_co:
        """Return the fact's value; LookupError for one that nobody looked for, because no gate declares it."""
        found = next((fact for fact in self.facts if fact.name == key.name), None)
        if found is None:
            raise LookupError(f'the fact "{key.name}" is asked for and not declared in Gate.facts')
        return key.unknown if found.value is None else cast("T_co", found.value)

    def declares(self, package: str) -> bool:
        """Return whether the project's own requirements or lock name `package` (canonical name)."""
        return any(name == package for name, _ in self.declared)

    def has(self, path: str) -> bool:
        """Return whether the project has a file at or under `path`."""
        return any(is_within(file, (path,)) for file in self.files)

    def holds(self, *suffixes: str) -> bool:
        """Return whether any file of the project ends in one of `suffixes`."""
        return any(path.endswith(suffixes) for path in self.files)


def is_within(path: str, folders: tuple[str, ...]) -> bool:
    """Return whether `path` is one of `folders` or lies below one; "." and "" hold everything."""
    return any(folder in {".", ""} or f"{path}/".startswith(folder.rstrip("/") + "/") for folder in folders)
