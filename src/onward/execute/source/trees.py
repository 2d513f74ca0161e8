"""The project's files as a tree, from its work tree or from one of its commits: neither is checked out or written to.

Both hold what git keeps below the project's folder, without submodules, and give the same answers for the same files. A
symbolic link is read as the file that it leads to inside the tree. Paths that are not UTF-8 have surrogates in them.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from onward.errors import RepositoryError
from onward.execute.source.base import commit_named
from onward.execute.source.git import Git, git_at
from onward.model.facts import Project

SUBMODULE = "160000"
_LINK, _PROGRAM = "120000", "100755"
_LARGEST = 16 * 1024 * 1024
_AT_ONCE = 8 * 1024 * 1024
_MOST_LINKS = 40
_FETCH = "fetch the whole history (`git fetch --unshallow`, or `fetch-depth: 0` in actions/checkout)"


@dataclass(frozen=True, slots=True)
class WorkTree:
    """The `files` below `root`."""

    root: Path
    files: tuple[str, ...]
    _known: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Remember the paths for quick look-up."""
        object.__setattr__(self, "_known", frozenset(self.files))

    @property
    def paths(self) -> tuple[str, ...]:
        """Tracked and unignored files, sorted."""
        return self.files

    def data(self, path: str) -> bytes | None:
        """Return what is in the file; None for what is not among the files, unreadable, beyond 16 MiB or outside."""
        if path not in self._known:
            return None
        try:
            place = (self.root / path).resolve(strict=True)
            if not place.is_relative_to(self.root.resolve()) or place.stat().st_size > _LARGEST:
                return None
            return place.read_bytes()
        except (OSError, RuntimeError):
            return None

    def text(self, path: str) -> str | None:
        """Return the file's text, None where `data` has nothing or it is binary."""
        return _text(self.data(path))


@dataclass(frozen=True, slots=True)
class _TreeFile:
    """What git keeps of a file: its mode, the name of its contents, and how many bytes they are."""

    mode: str
    oid: str
    size: int


@dataclass(frozen=True, slots=True)
class CommitTree:
    """The files of the project in `commit`; see `at_commit`."""

    commit: str
    _git: Git
    _files: Mapping[str, _TreeFile]

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that are committed, sorted."""
        return tuple(sorted(self._files))

    def data(self, path: str) -> bytes | None:
        """Return what is in the file; None for what is not among the files, beyond 16 MiB or outside.

        RepositoryError when git has only the name of the contents (a partial clone).
        """
        kept = self._files.get(path)
        for _ in range(_MOST_LINKS):
            if kept is None or kept.mode != _LINK:
                return None if kept is None or kept.size > _LARGEST else self._read(kept)
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), os.fsdecode(self._read(kept))))
            kept = self._files.get(path)
        return None

    def text(self, path: str) -> str | None:
        """Return the file's text, None where `data` has nothing or it is binary; RepositoryError as there."""
        return _text(self.data(path))

    def unpack(self, folder: Path, suffixes: tuple[str, ...] = ("",)) -> None:
        """Write the files that end in one of `suffixes` into the new folder `folder`, line endings as git keeps them.

        RepositoryError when git lacks contents, OSError when a file cannot be written. Links lead where they say.
        """
        wanted = [(path, kept) for path, kept in self._files.items() if path.endswith(suffixes)]
        for parent in sorted({folder, *(folder / posixpath.dirname(path) for path, _ in wanted)}):
            parent.mkdir(parents=True, exist_ok=True)
        # Links come last, so that nothing is ever written through one of them.
        for path, kept, data in self._contents(sorted(wanted, key=lambda entry: entry[1].mode == _LINK)):
            place = folder / path
            if kept.mode == _LINK:
                place.symlink_to(os.fsdecode(data))
                continue
            with place.open("xb") as file:
                file.write(data)
            if kept.mode == _PROGRAM:
                place.chmod(0o755)

    def _read(self, kept: _TreeFile) -> bytes:
        ((_, _, data),) = self._contents([("", kept)])
        return data

    def _contents(self, wanted: Iterable[tuple[str, _TreeFile]]) -> Iterator[tuple[str, _TreeFile, bytes]]:
        for batch in _batches(wanted):
            said = self._git.read("cat-file", "--batch", stdin="".join(f"{kept.oid}\n" for _, kept in batch).encode())
            begin = 0
            for path, kept in batch:
                head, _, _ = said[begin : begin + 200].partition(b"\n")
                if head.split()[1:2] != [b"blob"]:
                    raise RepositoryError(
                        f"git lacks the contents of {path or 'a file'} in commit {self.commit[:12]}", hint=_FETCH
                    )
                begin += len(head) + 1
                yield path, kept, said[begin : begin + kept.size]
                begin += kept.size + 1


def at_commit(git: Git, commit: str, prefix: str = "") -> CommitTree:
    """Return the project's files in `commit`, none where it is not in there; `prefix` is as in `Project`.

    RepositoryError when the commit is not here (a shallow clone) or holds a path that no work tree can have.
    """
    found = commit_named(git, commit)
    if found is None:
        raise RepositoryError(f"the commit {commit[:40]} is not in this repository", where=str(git.folder), hint=_FETCH)
    files: dict[str, _TreeFile] = {}
    for entry in _entries(git, found, prefix):
        about, path = entry.split("\t", 1)
        mode, _, oid, size = about.split()
        if any(part in ("", ".", "..") or part.lower() == ".git" for part in path.split("/")):
            raise RepositoryError(f"commit {found[:12]} holds {path!r}, which no work tree can", where=path)
        if mode != SUBMODULE:
            files[path] = _TreeFile(mode, oid, int(size) if size.isdigit() else 0)
    return CommitTree(found, git, files)


def _entries(git: Git, commit: str, prefix: str) -> tuple[str, ...]:
    top = commit
    if prefix:
        # Not "COMMIT:FOLDER", which fails in the same way where the folder is missing and where objects are.
        asked = ("--literal-pathspecs", "ls-tree", "-z", "--full-tree", "--", commit, prefix)
        _, kind, top, *_ = (*git.read(*asked).decode(errors="replace").split(maxsplit=3), "", "", "")
        if kind != "tree":
            return ()
    return git.paths("ls-tree", "-r", "-z", "-l", "--full-tree", top)


def base_tree(project: Project, environ: Mapping[str, str]) -> CommitTree:
    """Return the project's files in its base; RepositoryError when there is none or `at_commit` cannot read it."""
    revision = project.revision
    if revision.base is None:
        raise RepositoryError(f"there is no base: {revision.base_from or 'none is known'}", where=str(project.root))
    return at_commit(git_at(project.git_root, environ), revision.base, project.prefix)


def _batches(wanted: Iterable[tuple[str, _TreeFile]]) -> Iterator[list[tuple[str, _TreeFile]]]:
    """Divide `wanted` so that no part has much more in it than is good to hold in memory."""
    batch: list[tuple[str, _TreeFile]] = []
    size = 0
    for entry in wanted:
        batch.append(entry)
        size += entry[1].size
        if size > _AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _text(data: bytes | None) -> str | None:
    if data is None or b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:  # binary
        return None
