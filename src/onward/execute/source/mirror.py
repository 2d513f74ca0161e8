"""Make a folder hold exactly the given files of a project, doing no more than what has changed on either side."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from onward.execute.process.folders import UNSURE, FolderLook, folders_of, remove, right, settled
from onward.execute.source.blobs import Blob, blob_at, digest, name_contents
from onward.files import atomic

# What a file looked like: size, modified, changed, inode, mode. Whoever writes to a copy changes its modification
# time, because a copy carries the time of its original.
Look = tuple[int, int, int, int, int]
_ABSENT: Look = (0, 0, 0, 0, 0)

# Makes tools that search for the root of a repository stop here, and git too: it refuses a `.git` file that leads
# nowhere, whereas it passes over an empty `.git` folder and may find some repository above the cache.
MARKER = ".git"
_MARKER_TEXT = "gitdir: this-is-a-copy-without-history\n"

_SMALL = 1024 * 1024
_LARGE = 1024 * _SMALL
_CANNOT_SHARE = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


class Copies(msgspec.Struct, array_like=True, frozen=True):
    """What the folder looked like when it was last made right; read on every synchronisation."""

    tree: str = ""
    looks: dict[str, Look] = {}
    folders: dict[str, FolderLook] = {}


class Originals(msgspec.Struct, array_like=True, frozen=True):
    """How each original looked when it was copied, and what was in it (mode and contents as git names them)."""

    looks: dict[str, Look] = {}
    blobs: dict[str, tuple[str, str]] = {}


_Notes = TypeVar("_Notes", Copies, Originals)


class Mirror:
    """The copy at `folder` of some files below `source`; `notes` is a folder beside it that remembers what was seen.

    Only one thread of one process may use a mirror at a time. Errors are OSErrors.
    """

    def __init__(self, source: Path, folder: Path, notes: Path, *, sha256: bool = False) -> None:
        self._source = str(source)
        self._folder = str(folder)
        self._notes = notes
        self._sha256 = sha256

    def synchronise(self, files: tuple[str, ...], tree: str | None) -> None:
        """Make the folder hold `files` as they are now, the marker, and nothing else.

        `tree` is the digest of the files' contents where it is known: an equal one spares looking at the originals.
        """
        seen = _load(self._notes / "copies", Copies)
        wanted = (*files, MARKER)
        same = tree is not None and seen.tree == tree and tuple(seen.looks) == wanted
        folders = tuple(seen.folders) if same else folders_of(wanted)
        suspects = () if same else _bereft(seen, wanted, folders)
        touched = right(self._folder, folders, wanted, {**seen.folders, **dict.fromkeys(suspects, UNSURE)})
        stale = _differing(self._folder, wanted, seen.looks)
        if same and not touched and not stale:
            return
        originals = _load(self._notes / "originals", Originals)
        if not same:
            stale |= _differing(self._source, files, originals.looks)
        blobs = self._renew(stale, files, originals)
        looks = {path: _look(f"{self._folder}/{path}") if path in stale else seen.looks[path] for path in wanted}
        standing = {folder: settled(self._folder, folder) for folder in folders}
        _save(self._notes / "copies", Copies(tree=digest(blobs), looks=looks, folders=standing))

    def _renew(self, stale: set[str], files: tuple[str, ...], originals: Originals) -> Mapping[str, Blob]:
        """Copy what is stale, note all originals, and return what is now in the copies."""
        kept = [path for path in files if path in originals.looks and path not in stale]
        looks = {path: originals.looks[path] for path in kept}
        blobs = {path: Blob(*originals.blobs[path]) for path in kept}
        for path in stale:
            place = f"{self._folder}/{path}"
            remove(place)
            if path == MARKER:
                Path(place).write_text(_MARKER_TEXT, encoding="ascii")
            elif (copied := self._copy(f"{self._source}/{path}", place)) is not None:
                looks[path], blobs[path] = copied
        _save(self._notes / "originals", Originals(looks, {path: (one.mode, one.oid) for path, one in blobs.items()}))
        return blobs

    def _copy(self, source: str, place: str) -> tuple[Look, Blob] | None:
        """Copy one file or link; None when it is gone (or is something else) by now."""
        look = _look(source)
        mode = look[4]
        if stat.S_ISLNK(mode):
            Path(place).symlink_to(self._retargeted(str(Path(source).readlink())))
            blob = blob_at(Path(source), sha256=self._sha256)
        elif stat.S_ISREG(mode):
            blob = self._pour(source, place, look)
        else:
            return None
        return None if blob is None else (look, blob)

    def _pour(self, source: str, place: str, look: Look) -> Blob | None:
        copy = Path(place)
        if look[0] <= _SMALL:
            data = Path(source).read_bytes()
            # Never through a link: the place was emptied, and must still be empty.
            with copy.open("xb") as file:
                file.write(data)
            blob: Blob | None = Blob(_git_mode(look[4]), name_contents(data, sha256=self._sha256))
        else:
            _pour_large(Path(source), copy)
            copy.chmod(0o700 if look[4] & stat.S_IXUSR else 0o600)
            blob = blob_at(copy, sha256=self._sha256)
        copy.chmod(look[4] & 0o777)
        os.utime(place, ns=(look[1], look[1]))
        return blob

    def _retargeted(self, target: str) -> str:
        # A link by absolute path into the project would lead steps back to the user's own files.
        inside = target == self._source or target.startswith(f"{self._source}/")
        return self._folder + target[len(self._source) :] if inside else target


def _pour_large(source: Path, copy: Path) -> None:
    """Copy within the kernel where it can, which shares the blocks on file systems that know how."""
    with source.open("rb") as reader, copy.open("xb") as writer:
        if sys.platform == "linux":
            try:
                while os.copy_file_range(reader.fileno(), writer.fileno(), _LARGE):
                    continue
            except OSError as error:
                if error.errno not in _CANNOT_SHARE:
                    raise
        # From where that stopped: at the end, or at the beginning where the two file systems do not go together.
        shutil.copyfileobj(reader, writer, _SMALL)


def _differing(root: str, paths: Iterable[str], known: Mapping[str, Look]) -> set[str]:
    """Return those of `paths` below `root` that do not look as `known`."""
    # By descriptor, because the walk to a deep cache is half of the time that this takes.
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return {path for path in paths if _look(path, at) != known.get(path)}
    finally:
        os.close(at)


def _look(path: str, at: int | None = None) -> Look:
    try:
        found = os.stat(path, dir_fd=at, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return _ABSENT
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_mode)


def _git_mode(mode: int) -> str:
    return "100755" if mode & stat.S_IXUSR else "100644"


def _bereft(seen: Copies, wanted: tuple[str, ...], folders: tuple[str, ...]) -> set[str]:
    """Return the folders out of which something must go that once belonged there."""
    gone = {*seen.looks, *seen.folders}.difference(wanted, folders)
    return {path.rpartition("/")[0] for path in gone}


def _load(path: Path, kind: type[_Notes]) -> _Notes:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=kind)
    except (FileNotFoundError, msgspec.DecodeError):
        # Nothing is known, so everything is looked at and copied again.
        return kind()


def _save(path: Path, value: msgspec.Struct) -> None:
    try:
        noted = msgspec.msgpack.encode(value)
    except UnicodeEncodeError:
        # Some name is not UTF-8: without notes everything is looked at and copied again.
        path.unlink(missing_ok=True)
        return
    atomic.write(path, noted)
