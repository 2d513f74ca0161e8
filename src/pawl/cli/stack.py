"""The stack of a folder, where no definition says yet what belongs to the project."""

from __future__ import annotations

from pathlib import Path

from pawl import detect
from pawl.config import layers
from pawl.execute import repository
from pawl.model.facts import Fact


def facts(root: Path) -> tuple[Fact, ...]:
    """Return the facts about the project at `root`; RepositoryError where git knows no files."""
    found = repository.survey(root, base=None, environ=layers.environ(), include=(), default_branch="main")
    return detect.detect(repository.FileTree(found.root, found.files))
