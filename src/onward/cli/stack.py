"""The stack of a folder where no definition says yet what belongs to the project, and the first definition for it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from onward import __version__, gates
from onward.config import definition, layers, writing
from onward.config.schema import FILE
from onward.config.source import find
from onward.detect.show import describe
from onward.detect.stack import detect
from onward.errors import ConfigError, UsageError
from onward.execute.source import repository
from onward.execute.source.trees import WorkTree
from onward.files import atomic
from onward.model.facts import Fact, Project

_SHOWN = ("package-manager", "framework", "application", "python", "deployed-python", "database", "redis", "services")
_SHOWN_TOO = ("alembic", "django-migrations", "test-runner", "tests", "formatter", "linter", "type-checker")


def look(root: Path) -> Project:
    """Return the project at `root` with its facts; RepositoryError where git knows no files."""
    found = repository.survey(root, base=None, environ=layers.environ(), include=(), default_branch="main")
    return replace(found, facts=detect(WorkTree(found.root, found.files)))


def begin(root: Path, *, force: bool) -> str:
    """Write a first definition into `root` and return what to tell about it; UsageError when there is one already."""
    path = root / FILE
    if path.exists() and not force:
        raise UsageError(
            f"{FILE} already exists here",
            where=str(path),
            hint="use `onward init --force` to overwrite it",
        )
    project = look(root)
    text = writing.compose(
        writing.Draft(
            name=root.resolve().name,
            version=__version__,
            running=f"{sys.version_info.major}.{sys.version_info.minor}",
            branch=project.revision.branch,
            facts=project.facts,
            gates=gates.ALL,
        )
    )
    definition.parse(text, gates.ALL, where=str(path), name=path.parent.name)
    _write(path, text)
    return _summary(project.facts, text, above=find(root.resolve().parent))


def _write(path: Path, text: str) -> None:
    try:
        atomic.write(path, text.encode(), durable=True)
    except OSError as error:
        raise ConfigError(
            f"cannot write {FILE}: {error.strerror}", where=str(path), hint="check that the folder is writable"
        ) from error


def _summary(facts: tuple[Fact, ...], text: str, above: Path | None) -> str:
    known = {fact.name: fact for fact in facts}
    lines = [f"  {name:<18} {describe(known[name])}\n" for name in (*_SHOWN, *_SHOWN_TOO) if name in known]
    unknown = sum(line.startswith("# unknown") for line in text.splitlines())
    count = "One line begins" if unknown == 1 else f"{unknown} lines begin"
    todo = f' {count} with "# unknown": check {"it" if unknown == 1 else "them"} first.' if unknown else ""
    inside = f"{above} exists above this folder; onward uses the nearest {FILE}, here the new one.\n" if above else ""
    return f"Detected here (`onward detect` shows the evidence):\n{''.join(lines)}\nWrote {FILE}.{todo}\n{inside}Next: onward run\n"
