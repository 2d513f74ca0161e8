"""Look at a project through git: where it is, which files it has, what changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onward.errors import RepositoryError
from onward.execute.source.base import Base, find_base, refuse_flag
from onward.execute.source.blobs import Blob, blob_at, digest
from onward.execute.source.git import Git, git_at
from onward.execute.source.trees import SUBMODULE
from onward.model.facts import Project, Revision


def survey(
    start: Path, *, base: str | None, environ: Mapping[str, str], include: tuple[str, ...], default_branch: str
) -> Project:
    """Return the project whose root is `start`; facts and declared packages are for others to fill in.

    `include` are globs of ignored files that belong to the workspace all the same. Raises RepositoryError when git has
    no work tree here, UsageError when `base` names no commit.
    """
    git = git_at(start.resolve(), environ)
    here = _locate(git)
    status = _status(git, here.prefix)
    files = _files(git, status, include)
    found = _base(git, base, environ, default_branch=default_branch, head=status.head, shallow=here.shallow)
    return Project(
        root=git.folder,
        git_root=here.git_root,
        git_dir=here.git_dir,
        prefix=here.prefix.rstrip("/"),
        files=tuple(sorted(files)),
        changed=None if found.commit is None else _changed(git, found.commit, status),
        revision=Revision(
            head=status.head,
            base=found.commit,
            branch=status.branch,
            tree=digest(files),
            dirty=bool(status.tracked or status.untracked),
            shallow=here.shallow,
            base_from=found.origin,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Here:
    git_root: Path
    git_dir: Path
    prefix: str
    shallow: bool


@dataclass(frozen=True, slots=True)
class _Status:
    """`tracked` differ from HEAD; `unsure` of them also from the index, so only the disk knows what they are."""

    head: str | None
    branch: str | None
    tracked: frozenset[str]
    unsure: frozenset[str]
    untracked: frozenset[str]


def _locate(git: Git) -> _Here:
    if not git.folder.is_dir():
        raise RepositoryError(
            "the project's folder does not exist", where=str(git.folder), hint="run onward inside the project"
        )
    asked = ("--is-inside-work-tree", "--is-shallow-repository", "--git-common-dir", "--show-prefix")
    said = os.fsdecode(git.read("rev-parse", *asked)).split("\n")
    if said[0] != "true":
        raise RepositoryError(
            "this is a bare repository or a .git folder; it has no work tree",
            where=str(git.folder),
            hint="run onward in a clone or a work tree (`git worktree add ../checkout`)",
        )
    _, shallow, common, prefix, *_ = said
    levels = prefix.count("/")
    return _Here(
        git_root=git.folder if not levels else git.folder.parents[levels - 1],
        git_dir=(git.folder / common).resolve(),
        prefix=prefix,
        shallow=shallow == "true",
    )


def _status(git: Git, prefix: str) -> _Status:
    words = ("status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all")
    lines = git.paths(*words, "--ignore-submodules=all", "--", ".")
    headers = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# "))
    tracked, unsure, untracked = set(), set(), set()
    for line in lines:
        kind = line[0]
        if kind == "?" and not line.endswith("/"):
            untracked.add(line[2:].removeprefix(prefix))
        elif kind in "1u":
            path = line.split(" ", 8 if kind == "1" else 10)[-1].removeprefix(prefix)
            tracked.add(path)
            if kind == "u" or line[3] != ".":
                unsure.add(path)
    head, branch = headers["branch.oid"], headers["branch.head"]
    return _Status(
        head=None if head == "(initial)" else head,
        branch=None if branch == "(detached)" else branch,
        tracked=frozenset(tracked),
        unsure=frozenset(unsure),
        untracked=frozenset(untracked),
    )


def _files(git: Git, status: _Status, include: tuple[str, ...]) -> dict[str, Blob]:
    files: dict[str, Blob] = {}
    unsure = {*status.unsure, *status.untracked, *_included(git, include)}
    for entry in git.paths("ls-files", "-z", "-s", "-t", "--cached"):
        about, path = entry.split("\t", 1)
        tag, mode, oid, _ = about.split(" ")
        if mode != SUBMODULE:
            files[path] = Blob(mode, oid)
        if tag == "S":
            # Left out by a sparse checkout, usually but not always.
            unsure.add(path)
    for path in unsure:
        files.pop(path, None)
        blob = blob_at(git.folder / path, sha256=len(status.head or "") == 64)
        if blob is not None:
            files[path] = blob
    return files


def _included(git: Git, include: tuple[str, ...]) -> tuple[str, ...]:
    if not include:
        return ()
    globs = [f":(glob){pattern}" for pattern in include]
    found = git.paths("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", *globs)
    return tuple(path for path in found if not path.endswith("/"))


def _base(
    git: Git, flag: str | None, environ: Mapping[str, str], *, default_branch: str, head: str | None, shallow: bool
) -> Base:
    if head is not None:
        return find_base(git, flag=flag, environ=environ, default_branch=default_branch, shallow=shallow)
    if flag is not None:
        raise refuse_flag(flag)
    return Base(None, "the repository has no commit yet")


def _changed(git: Git, base: str, status: _Status) -> tuple[str, ...]:
    words = ("--name-only", "-z", "--no-renames", "--ignore-submodules=all", "--relative")
    if base == status.head:
        since = status.tracked
    elif not status.tracked:
        # Two commits are compared without looking at the disk once more.
        since = frozenset(git.paths("diff-tree", "-r", *words, base, "HEAD", "--", "."))
    else:
        since = frozenset(git.paths("diff", *words, base, "--", "."))
    return tuple(sorted(since | status.untracked))
