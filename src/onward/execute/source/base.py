"""Find the revision that a change is compared with: a flag, else what CI says, else the merge base."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onward.errors import UsageError
from onward.execute.source.git import Git


@dataclass(frozen=True, slots=True)
class Base:
    """The base commit, or None; `origin` says how it was found, or why there is none."""

    commit: str | None
    origin: str


def find_base(git: Git, *, flag: str | None, environ: Mapping[str, str], default_branch: str, shallow: bool) -> Base:
    """Return the base of a repository that has a commit. A flag that names no commit is a UsageError."""
    if flag is not None:
        return Base(_flagged(git, flag), f"--base {flag}")
    said = _from_ci(git, environ, shallow=shallow)
    return said if said is not None else _default(git, default_branch, shallow=shallow)


def refuse_flag(flag: str) -> UsageError:
    """Return the error for a base that does not exist."""
    return UsageError(
        f"--base {flag} does not name a commit",
        where="--base",
        hint="name a branch, tag or commit that exists here; after a shallow clone, fetch it first "
        "(`git fetch --unshallow`, or `fetch-depth: 0` in actions/checkout)",
    )


def _flagged(git: Git, flag: str) -> str:
    commit = commit_named(git, flag)
    if commit is None:
        raise refuse_flag(flag)
    return commit


def _from_ci(git: Git, environ: Mapping[str, str], *, shallow: bool) -> Base | None:
    branch = environ.get("GITHUB_BASE_REF", "")
    if branch:
        commit = _merge_base(git, f"refs/remotes/origin/{branch}")
        told = f"merge base with origin/{branch} (GITHUB_BASE_REF)"
        return Base(commit, told) if commit else Base(None, _missing(f"GITHUB_BASE_REF is {branch}", shallow=shallow))
    before = _pushed_before(environ)
    if not before.strip("0"):
        return None
    commit = commit_named(git, before)
    told = f"the commit before this push, {before[:12]}"
    return Base(commit, told) if commit else Base(None, _missing(f"GitHub names {told}", shallow=shallow))


def _default(git: Git, default_branch: str, *, shallow: bool) -> Base:
    for name in (f"refs/remotes/origin/{default_branch}", f"refs/heads/{default_branch}"):
        commit = _merge_base(git, name)
        if commit:
            return Base(commit, f"merge base with {name.removeprefix('refs/remotes/').removeprefix('refs/heads/')}")
    return Base(None, _missing(f"the default branch is {default_branch}", shallow=shallow))


def _missing(said: str, *, shallow: bool) -> str:
    why = "this clone is shallow: fetch the whole history" if shallow else "no common commit in this clone: fetch it"
    return f"{said}, but {why}, or name a commit with --base"


def _pushed_before(environ: Mapping[str, str]) -> str:
    if environ.get("GITHUB_EVENT_NAME") != "push":
        return ""
    try:
        event = json.loads(Path(environ.get("GITHUB_EVENT_PATH", "")).read_bytes())
    except (OSError, ValueError):
        # The variable may be set by hand or point into another container; the merge base is still there.
        return ""
    before = event.get("before") if isinstance(event, dict) else None
    return before if isinstance(before, str) else ""


def commit_named(git: Git, name: str) -> str | None:
    """Return the commit that `name` (branch, tag, digest) means, or None when there is none here."""
    return _line(git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"))


def _merge_base(git: Git, name: str) -> str | None:
    return _line(git.ask("merge-base", "HEAD", name))


def _line(output: bytes | None) -> str | None:
    return output.decode().split("\n", 1)[0] or None if output else None
