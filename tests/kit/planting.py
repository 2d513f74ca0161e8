"""Plant the defects of gates in a real repository."""

from __future__ import annotations

from kit.repos import Repo
from onward import gates
from onward.config.definition import load
from onward.execute.source.trees import WorkTree
from onward.model.gate import Change, Defect


def plant(repo: Repo, defect: Defect) -> None:
    """Make the changes of `defect` in the work tree of `repo`; those that are commits of their own become commits."""
    loaded = load(repo.root, gates.ALL, environ={})
    tree = WorkTree(repo.root, tuple(repo.git("ls-files", "-z").split("\0"))[:-1])
    for change in defect.plant(tree, loaded.pipeline):
        _apply(repo, change)


def _apply(repo: Repo, change: Change) -> None:
    for edit in change.edits:
        path = repo.root / edit.path
        if edit.text is None:
            path.unlink()
        elif edit.append:
            repo.write({edit.path: path.read_text() + edit.text})
        else:
            repo.write({edit.path: edit.text})
    repo.git("add", "--all")
    if change.commit:
        repo.commit("Plant a fault")
