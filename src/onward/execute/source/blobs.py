"""Name the contents of files as git does, so that a tree has one digest whether or not it is committed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from onward.errors import RepositoryError

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Blob:
    """What git keeps of a file: its mode ("100644", "100755", "120000") and the name of its contents."""

    mode: str
    oid: str


def blob_at(path: Path, *, sha256: bool) -> Blob | None:
    """Return what git would keep of the file at `path`, or None when there is no regular file or symbolic link.

    RepositoryError when it is there and cannot be read: left out, nobody would look at it, and nobody would say so.
    """
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            target = os.fsencode(path.readlink())
            return Blob("120000", name_contents(target, sha256=sha256))
        if not stat.S_ISREG(found.st_mode):
            return None
        mode = "100755" if found.st_mode & stat.S_IXUSR else "100644"
        with path.open("rb") as file:
            return Blob(mode, _name(iter(lambda: file.read(_CHUNK), b""), found.st_size, sha256=sha256))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RepositoryError(
            f"cannot read a file of the project: {error.strerror}",
            where=str(path),
            hint="make it readable, or have git ignore it",
        ) from error


def digest(files: Mapping[str, Blob]) -> str:
    """Return one name for all files: their paths, modes and contents."""
    lines = "".join(f"{blob.mode} {blob.oid} {path}\0" for path, blob in sorted(files.items()))
    return hashlib.sha256(os.fsencode(lines)).hexdigest()


def name_contents(data: bytes, *, sha256: bool) -> str:
    """Return git's name for these contents."""
    return _name((data,), len(data), sha256=sha256)


def _name(chunks: Iterable[bytes], size: int, *, sha256: bool) -> str:
    named = hashlib.new("sha256" if sha256 else "sha1", b"blob %d\0" % size, usedforsecurity=False)
    for chunk in chunks:
        named.update(chunk)
    return named.hexdigest()
