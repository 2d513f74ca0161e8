"""Ask git about one folder, without locks, prompts, translations or variables that point somewhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from onward.errors import RepositoryError
from onward.execute.process.processes import quick

# git hooks set variables that would override the folder; these few are about configuration or the chosen index.
_PASSED_ON = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_INDEX_FILE")
_FIXED = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
}
_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Git:
    """Commands of git in `folder`."""

    folder: Path
    env: Mapping[str, str]

    def ask(self, *words: str, stdin: bytes = b"") -> bytes | None:
        """Return what git prints, or None when it says no by a failing exit code."""
        code, output, errors = self._run(words, stdin)
        if code in (124, 127):
            self._fail(errors)
        return output if code == 0 else None

    def read(self, *words: str, stdin: bytes = b"") -> bytes:
        """Return what git prints; RepositoryError with git's own words when it fails."""
        code, output, errors = self._run(words, stdin)
        if code != 0:
            self._fail(errors)
        return output

    def paths(self, *words: str) -> tuple[str, ...]:
        """Return the NUL separated paths that git prints."""
        return tuple(filter(None, os.fsdecode(self.read(*words)).split("\0")))

    def _run(self, words: tuple[str, ...], stdin: bytes) -> tuple[int, bytes, bytes]:
        return quick(("git", *words), cwd=self.folder, timeout_s=_TIMEOUT_S, env=self.env, stdin=stdin)

    def _fail(self, errors: bytes) -> NoReturn:
        said = errors.decode(errors="replace").strip().splitlines()
        raise RepositoryError(
            f"git failed: {said[0] if said else 'no output'}",
            where=str(self.folder),
            hint="onward needs git and a repository with a work tree: `git status` here must succeed "
            "(`git init` starts a repository)",
        )


def git_at(folder: Path, environ: Mapping[str, str]) -> Git:
    """Return git for `folder` with the variables of `environ` that do not lead it elsewhere."""
    kept = {
        name: value for name, value in environ.items() if not name.startswith("GIT_") or name.startswith(_PASSED_ON)
    }
    index = kept.get("GIT_INDEX_FILE")
    if index is not None:
        # A hook names its index relative to the folder that git started it in.
        kept["GIT_INDEX_FILE"] = str(Path(index).absolute())
    return Git(folder, {**kept, **_FIXED})
