"""What a gate package must declare: a gate, its checks, their commands, what it must catch, and how to read what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from onward.errors import ReadError
from onward.model.evidence import Reading
from onward.model.facts import FactKey, Project, Tree
from onward.model.finding import Severity
from onward.model.measure import Limit
from onward.model.need import Need
from onward.model.pipeline import GateSettings, Option, Pipeline, Profile


class Purpose(StrEnum):
    """Why a command runs: a control must find a known defect, a conversion only changes a format."""

    CONTROL = "control"
    RUN = "run"
    CONVERT = "convert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One program call as a value. The executor replaces tokens in `argv`, `env`, `cwd` when the step runs:

    {tree} folder that is looked at · {out} folder for outputs · {scratch} empty folder, removed afterwards ·
    {python} interpreter of the step's environment · {tool:NAME} executable of a tool · {onward} onward's own interpreter ·
    {guest} folder of guest programs · {jobs} CPUs granted · {inputs} folder with consumed artifacts, one folder a step ·
    {git} common git directory · {gitroot} root of the work tree's repository · {SERVICE.url} {SERVICE.log} by kind, of the only one ·
    {advisories.url} of the advisory mirror · {node} {node.npm} programs and {node.modules} packages of the front end ·
    {trivy.folder} {trivy.source} {osv.folder} {osv.source} of a scanner's database ("imported" or "live") ·
    {image.run} {image.mark} labels of what is made with Docker · {browser} Chromium or Chrome as this machine has it ·
    {base.tree} folder with files of the base, which is not there where {base.missing} says why. Unknown tokens are an error, other braces stay as they are.

    `accepts` lists exit codes after which the outputs mean something; any other ends the step as unverified.
    `stdout` names the output that standard output becomes; empty means that it only goes to the log.
    `writes` names the files under {out} that the reader may ask for.
    """

    argv: tuple[str, ...]
    accepts: tuple[int, ...] = (0,)
    env: tuple[tuple[str, str], ...] = ()
    cwd: str = "{tree}"
    stdout: str = ""
    writes: tuple[str, ...] = ()
    purpose: Purpose = Purpose.RUN
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """An output that becomes an artifact. `path` is relative to {out}, a file, a folder or a glob.

    `optional` ones may be missing.
    """

    kind: str
    path: str
    media_type: str
    optional: bool = False


class Matrix(StrEnum):
    """Under which interpreters a check runs: none, the newest, the deployed one, or every one of the matrix."""

    NONE = "none"
    HIGHEST = "highest"
    DEPLOYED = "deployed"
    EVERY = "every"


class Where(StrEnum):
    """What {tree} is: a workspace of the step's own (project code runs), or one shared by those that only read."""

    OWN = "own"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """What a gate may know when it builds commands: values only.

    `narrowed` are the files that `--changed` confines the check to, None for all. `staged` asks for staged content.
    """

    project: Project
    pipeline: Pipeline
    settings: GateSettings
    profile: Profile
    python: str | None = None
    narrowed: tuple[str, ...] | None = None
    offline: bool = False
    shard: str | None = None

    def files(self, *suffixes: str) -> tuple[str, ...]:
        """Return the project's files (or the narrowed ones) that end in one of `suffixes`."""
        chosen = self.project.files if self.narrowed is None else self.narrowed
        return tuple(path for path in chosen if path.endswith(suffixes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """The named outputs of a step's commands, and how each command ended."""

    files: Mapping[str, bytes]
    exits: tuple[int, ...]

    def data(self, name: str) -> bytes:
        """Return the bytes of output `name`; ReadError when the tool did not write it."""
        if name not in self.files:
            raise ReadError(f"the tool did not write {name}", where=name)
        return self.files[name]

    def text(self, name: str) -> str:
        """Return output `name` as text; ReadError when it is missing or not UTF-8."""
        try:
            return self.data(name).decode()
        except UnicodeDecodeError as error:
            raise ReadError(f"{name} is not UTF-8 text ({error})", where=name) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContext:
    """What a reader may know: the check's context and the absolute root that tools may have printed."""

    check: CheckContext
    tree: str

    def relative(self, path: str) -> str:
        """Return `path` relative to the project root when a tool printed it absolute or with `./`."""
        for root in (self.tree, str(self.check.project.root)):
            if path.startswith(root + "/"):
                return path[len(root) + 1 :]
        return path.removeprefix("./")


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """Whether a check concerns this project, and why (or why not)."""

    yes: bool
    why: str


Build = Callable[[CheckContext], tuple[Command, ...]]
Read = Callable[[Outputs, ReadContext], Reading]
Applicable = Callable[[CheckContext], Applies]
NeedsOf = Callable[[CheckContext], tuple[Need, ...]]


def always(_: CheckContext) -> Applies:
    """Apply to every project."""
    return Applies(yes=True, why="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One way of looking. `cpus` is how many CPUs it can use (0: all that are granted); `alone`: no step beside it.

    `inputs` are globs of the files that can change its answer, none for every file; `narrows`: it can look at changed files
    alone. `needs` is all that it needs beside an interpreter of its `matrix`, a function among them what depends on the
    project. `proves` is what only this check, and others with the same, can show of what the gate promises: where none of
    them has what it needs, the gate is not run, whatever the rest shows. A second opinion may be absent in every profile,
    unless `required = true` demands it. `fallback_for` names another check of the gate: this one is planned only where that
    one is not or lacks something.
    """

    id: str
    commands: Build
    read: Read
    needs: tuple[Need | NeedsOf, ...] = ()
    applies: Applicable = always
    profiles: tuple[Profile, ...] = (Profile.QUICK, Profile.FULL, Profile.CI)
    matrix: Matrix = Matrix.NONE
    where: Where = Where.SHARED
    consumes: tuple[str, ...] = ()
    keeps: tuple[Keep, ...] = ()
    inputs: tuple[str, ...] = ()
    cpus: int = 1
    alone: bool = False
    narrows: bool = False
    optional: bool = False
    fallback_for: str = ""
    proves: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change to one file: new `text`, or None to delete it. `append` adds at the end instead."""

    path: str
    text: str | None
    append: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Edits that belong together; `commit` makes them a commit of their own, else they stay in the work tree."""

    edits: tuple[Edit, ...]
    commit: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A known fault: how to plant it in a project, and which check must report which rule.

    `plant` gets a read-only view of the project and returns changes in order.
    """

    id: str
    title: str
    check: str
    rule: str
    plant: Callable[[Tree, Pipeline], tuple[Change, ...]]


def no_limits(_: GateSettings) -> tuple[Limit, ...]:
    """Declare no thresholds."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One thing that must hold before code may go on.

    `folder` holds guide.md and samples/. `ratchets` names measures that may only improve. `facts` is all that its
    functions may ask of the project's stack.
    `profiles`, `block` and `timeout_s` are defaults that the definition may change. `blurb` is one line for tables.
    """

    id: str
    title: str
    blurb: str
    folder: Path
    checks: tuple[Check, ...]
    defects: tuple[Defect, ...] = ()
    facts: tuple[FactKey[object], ...] = ()
    options: tuple[Option, ...] = ()
    limits: Callable[[GateSettings], tuple[Limit, ...]] = no_limits
    ratchets: tuple[str, ...] = ()
    profiles: tuple[Profile, ...] = (Profile.QUICK, Profile.FULL, Profile.CI)
    block: Severity = Severity.LOW
    timeout_s: float = 1200.0
    after: tuple[str, ...] = ()
