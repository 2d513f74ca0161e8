"""The second synchronisation of an unchanged tree of five thousand files, against `git status` of that tree."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.ratio import Result, seconds, side_by_side
from onward.execute.source.repository import survey
from onward.execute.source.workspace import Workspaces

_FILES = 5000
_IN_A_FOLDER = 20
_ROUNDS = 15


def results() -> Iterator[Result]:
    """Measure on a repository made for it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        env = _environment(folder)
        root = folder / "project"
        _make(root, env)
        project = survey(root, base=None, environ=env, include=(), default_branch="main")
        workspaces = Workspaces(folder / "cache", project)

        def synchronise() -> None:
            with workspaces.own():
                pass

        def status() -> None:
            subprocess.run(("git", "status", "--porcelain"), cwd=root, env=env, check=True, capture_output=True)

        first = seconds(synchronise)
        # Clocks of file systems tick coarsely: git and onward both look twice at what changed just now.
        time.sleep(1.1)
        status()
        synchronise()
        mine, theirs = side_by_side(synchronise, status, _ROUNDS)
    yield Result(
        name="workspace: again",
        value=mine / theirs,
        limit=1.5,
        unit="x",
        detail=f"{_FILES} files {mine * 1000:.1f} ms, git status {theirs * 1000:.1f} ms, at first {first * 1000:.0f} ms",
    )


def _environment(folder: Path) -> dict[str, str]:
    who = {f"GIT_{role}_{field}": "bench" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}
    nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
    return {"PATH": os.environ["PATH"], **who, **nothing}


def _make(root: Path, env: dict[str, str]) -> None:
    for number in range(_FILES):
        folder = root / f"package{number // 500:02d}/module{number // _IN_A_FOLDER:03d}"
        if number % _IN_A_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"file{number:04d}.py").write_text(f"VALUE = {number}\n" * 30)
    for words in (("init", "--quiet", "--initial-branch=main"), ("add", "."), ("commit", "--quiet", "-m", "All")):
        subprocess.run(("git", *words), cwd=root, env=env, check=True, capture_output=True)
