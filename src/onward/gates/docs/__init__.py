"""Documents: what they link to and what they tell people to type exists; what they claim was shown."""

from __future__ import annotations

import shlex
from importlib import resources
from pathlib import Path, PurePosixPath

from onward.errors import ConfigError
from onward.gates.docs.defects import DEFECTS
from onward.gates.docs.read import (
    CLAIMS,
    COLLECTED,
    GENERATORS,
    generated,
    read_claims,
    read_documents,
    read_generated,
)
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Keep, Matrix, Where
from onward.model.guest import guest_command
from onward.model.need import EnvironmentUse
from onward.model.pipeline import Kind, Option, Profile

EXCLUDED = "excluded"
_SUFFIXES = (".md", ".markdown")
_BESIDE = ("Makefile", "package.json")


def documents(context: CheckContext) -> tuple[str, ...]:
    """Return the project's Markdown documents, without those in excluded folders."""
    excluded = context.settings.texts(EXCLUDED)
    return tuple(
        path
        for path in context.project.files
        if path.lower().endswith(_SUFFIXES) and not any(_is_below(path, folder) for folder in excluded)
    )


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _collect(context: CheckContext, *more: str) -> Command:
    beside = (path for path in context.project.files if PurePosixPath(path).name in _BESIDE)
    words = ("--prefix", context.project.prefix, *(word for path in beside for word in ("--beside", path)), *more)
    places = ("--tree", "{tree}", "--git", "{git}", "--out", "{out}/" + COLLECTED)
    argv = guest_command("docs/collect_documents", *places, "--commands", ",".join(_own_commands()))
    return Command(argv=(*argv, *words, "--", *documents(context)), writes=(COLLECTED,))


def _own_commands() -> tuple[str, ...]:
    """Return the names of onward's own commands, which are those of its modules."""
    modules = (resources.files("onward") / "cli" / "commands").iterdir()
    return tuple(sorted(one.name[:-3] for one in modules if one.name.endswith(".py") and one.name != "__init__.py"))


def documents_commands(context: CheckContext) -> tuple[Command, ...]:
    """Collect the documents and what the repository holds."""
    return (_collect(context),)


def generated_commands(context: CheckContext) -> tuple[Command, ...]:
    """Collect the documents, then let every generator print, in the order in which they are declared."""
    pairs = (entry.partition("=") for entry in context.settings.texts(GENERATORS))
    printing = (Command(argv=_words(command), stdout=generated(index)) for index, (_, _, command) in enumerate(pairs))
    return (_collect(context), *printing)


def _words(command: str) -> tuple[str, ...]:
    """Return a generator's command; onward means this onward, python the project's interpreter."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigError(f"cannot parse a generator's command: {error}", where=GENERATORS) from error
    if not words:
        raise ConfigError('a generator has no command; write "NAME=COMMAND"', where=GENERATORS)
    known = {"onward": ("{onward}", "-m", "onward"), "python": ("{python}",)}
    return (*known.get(words[0], (words[0],)), *words[1:])


def claims_commands(context: CheckContext) -> tuple[Command, ...]:
    """Collect the documents and what the test gates of this run have left."""
    return (_collect(context, "--inputs", "{inputs}"),)


def _has_documents(context: CheckContext) -> Applies:
    if documents(context):
        return Applies(yes=True, why="the project has Markdown documents")
    return Applies(yes=False, why="the project has no Markdown documents")


def _has_generators(context: CheckContext) -> Applies:
    if context.settings.texts(GENERATORS):
        return Applies(yes=True, why="generators are declared")
    return Applies(yes=False, why="no generators are declared")


def _has_claims(context: CheckContext) -> Applies:
    if context.settings.texts(CLAIMS):
        return Applies(yes=True, why="documents with claims are declared")
    return Applies(yes=False, why="no documents with claims are declared")


_KEEP = (Keep(kind="documents", path=COLLECTED, media_type="application/json"),)

GATE = Gate(
    id="docs",
    title="Documents",
    blurb="links resolve, commands exist, generated blocks are current, claims match this run",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="documents",
            commands=documents_commands,
            read=read_documents,
            applies=_has_documents,
            keeps=_KEEP,
        ),
        Check(
            id="generated",
            commands=generated_commands,
            read=read_generated,
            applies=_has_generators,
            profiles=(Profile.FULL, Profile.CI),
            matrix=Matrix.DEPLOYED,
            where=Where.OWN,
            needs=(EnvironmentUse(),),
        ),
        Check(
            id="claims",
            commands=claims_commands,
            read=read_claims,
            applies=_has_claims,
            profiles=(Profile.FULL, Profile.CI),
            consumes=("tests", "coverage-json"),
        ),
    ),
    defects=DEFECTS,
    options=(
        Option(EXCLUDED, Kind.PATHS, (), "folders and documents to skip"),
        Option(
            GENERATORS,
            Kind.STRINGS,
            (),
            'commands that print generated blocks, as "NAME=COMMAND"; a path as NAME stands for the whole document',
        ),
        Option(
            CLAIMS,
            Kind.PATHS,
            (),
            "documents whose claim blocks are compared with the tests and the coverage of the same run",
        ),
    ),
    timeout_s=300.0,
)
