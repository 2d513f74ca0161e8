"""Build tiny real git repositories: fixed author and dates, nothing of this machine's git configuration."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_DAY = "2026-01-01T12:00:00+00:00"


def scrubbed(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which git knows nobody: no configuration, no CI, no hook's variables."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **(extra or {}),
    }


class Repo:
    """A repository with its work tree at `root`; every commit is a minute younger than the one before."""

    def __init__(self, root: Path, env: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.env = dict(env) if env is not None else scrubbed()
        self._commits = 0

    def git(self, *words: str) -> str:
        """Run git and return what it prints, without the last line feed; a failing git fails the test."""
        done = subprocess.run(
            ("git", *words), cwd=self.root, env={**self.env, **self._who()}, capture_output=True, check=False
        )
        assert done.returncode == 0, f"git {words}: {done.stderr.decode(errors='replace')}"
        return os.fsdecode(done.stdout).removesuffix("\n")

    def write(self, files: Mapping[str, str | bytes]) -> Repo:
        """Write files, with the folders they need."""
        for path, text in files.items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode() if isinstance(text, str) else text)
        return self

    def commit(self, message: str = "A change", files: Mapping[str, str | bytes] | None = None) -> str:
        """Write `files`, commit everything that is not ignored, and return the commit."""
        self.write(files or {})
        self.git("add", "--all")
        self._commits += 1
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.head

    def branch(self, name: str) -> Repo:
        """Begin a branch here and stand on it."""
        self.git("switch", "--quiet", "--create", name)
        return self

    def switch(self, name: str) -> Repo:
        """Stand on another branch."""
        self.git("switch", "--quiet", name)
        return self

    @property
    def head(self) -> str:
        """The commit that is checked out."""
        return self.git("rev-parse", "HEAD")

    def linked(self, root: Path, branch: str) -> Repo:
        """Add a linked work tree at `root` on a new branch."""
        self.git("worktree", "add", "--quiet", "-b", branch, str(root))
        return Repo(root, self.env)

    def clone(self, root: Path, *, depth: int | None = None, bare: bool = False) -> Repo:
        """Clone into `root`: whole, shallow by `depth`, or bare."""
        how = [f"--depth={depth}"] if depth else []
        how += ["--bare"] if bare else []
        self.git("clone", "--quiet", *how, f"file://{self.root}", str(root))
        return Repo(root, self.env)

    def _who(self) -> dict[str, str]:
        at = _DAY.replace("12:00", f"{12 + self._commits // 60:02d}:{self._commits % 60:02d}")
        return {
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_AUTHOR_DATE": at,
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GIT_COMMITTER_DATE": at,
        }


def make(root: Path, files: Mapping[str, str | bytes] | None = None, *, branch: str = "main") -> Repo:
    """Make a repository at `root`; with `files` also its first commit."""
    root.mkdir(parents=True, exist_ok=True)
    repo = Repo(root)
    repo.git("init", "--quiet", f"--initial-branch={branch}")
    if files is not None:
        repo.commit("The beginning", files)
    return repo
