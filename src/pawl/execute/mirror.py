"""Make a folder hold exactly the given files of a project, doing no more than what has changed on either side."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from pawl.execute.blobs import Blob, blob_at, digest, name_contents

# What a file looked like: size, modified, changed, inode, mode. Whoever writes to a copy changes its modification
# time, because a copy carries the time of its original.
Look = tuple[int, int, int, int, int]
FolderLook = tuple[int, int]
_ABSENT: Look = (0, 0, 0, 0, 0)
_UNSURE: FolderLook = (0, 0)

# Makes tools that search for the root of a repository stop here, and git too: it refuses a `.git` file that leads
# nowhere, whereas it passes over an empty `.git` folder and may find some repository above the cache.
MARKER = ".git"
_MARKER_TEXT = "gitdir: this-is-a-copy-without-history\n"

_SMALL = 1024 * 1024
# Clocks of file systems tick this coarsely: what has changed within the last tick may change again unseen.
_TICK_NS = 20_000_000


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
        folders = tuple(seen.folders) if same else _folders(wanted)
        suspects = () if same else _bereft(seen, wanted, folders)
        touched = self._right_folders(folders, wanted, {**seen.folders, **dict.fromkeys(suspects, _UNSURE)})
        stale = _differing(self._folder, wanted, seen.looks)
        if same and not touched and not stale:
            return
        originals = _load(self._notes / "originals", Originals)
        if not same:
            stale += _differing(self._source, files, originals.looks)
        self._renew(dict.fromkeys(stale), wanted, folders, seen, originals)

    def _right_folders(self, folders: Iterable[str], wanted: Iterable[str], known: Mapping[str, FolderLook]) -> bool:
        """Make `folders` (parents first) real folders without anything that does not belong; return whether any was touched."""
        children: Mapping[str, Mapping[str, bool]] = {}
        touched = False
        for folder in folders:
            place = f"{self._folder}/{folder}" if folder else self._folder
            if _right_folder(place) == known.get(folder, _UNSURE) != _UNSURE:
                continue
            touched = True
            children = children or _children(wanted, folders)
            _weed(place, children[folder])
        return touched

    def _renew(
        self,
        stale: Collection[str],
        wanted: tuple[str, ...],
        folders: tuple[str, ...],
        seen: Copies,
        originals: Originals,
    ) -> None:
        looks = {path: originals.looks[path] for path in wanted if path in originals.looks}
        blobs = {path: originals.blobs[path] for path in looks}
        for path in stale:
            place = f"{self._folder}/{path}"
            _remove(place)
            if path == MARKER:
                Path(place).write_text(_MARKER_TEXT, encoding="ascii")
                continue
            looks.pop(path, None)
            blobs.pop(path, None)
            copied = self._copy(f"{self._source}/{path}", place)
            if copied is not None:
                looks[path], blob = copied
                blobs[path] = (blob.mode, blob.oid)
        _save(self._notes / "originals", Originals(looks, blobs))
        _save(
            self._notes / "copies",
            Copies(
                tree=digest({path: Blob(*blob) for path, blob in blobs.items()}),
                looks={p: _look(f"{self._folder}/{p}") if p in stale else seen.looks[p] for p in wanted},
                folders={folder: self._settled(folder) for folder in folders},
            ),
        )

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
        if look[0] <= _SMALL:
            data = Path(source).read_bytes()
            # Never through a link: the place was emptied, and must still be empty.
            with Path(place).open("xb") as file:
                file.write(data)
            blob: Blob | None = Blob(_git_mode(look[4]), name_contents(data, sha256=self._sha256))
        else:
            shutil.copyfile(source, place, follow_symlinks=False)
            blob = blob_at(Path(place), sha256=self._sha256)
            blob = blob and Blob(_git_mode(look[4]), blob.oid)
        Path(place).chmod(stat.S_IMODE(look[4]) & 0o777)
        os.utime(place, ns=(look[1], look[1]))
        return blob

    def _retargeted(self, target: str) -> str:
        # A link by absolute path into the project would lead steps back to the user's own files.
        inside = target == self._source or target.startswith(f"{self._source}/")
        return self._folder + target[len(self._source) :] if inside else target

    def _settled(self, folder: str) -> FolderLook:
        found = os.lstat(f"{self._folder}/{folder}" if folder else self._folder)
        recent = time.time_ns() - found.st_ctime_ns < _TICK_NS
        return _UNSURE if recent else (found.st_ctime_ns, found.st_ino)


def _differing(root: str, paths: Iterable[str], known: Mapping[str, Look]) -> list[str]:
    """Return those of `paths` below `root` that do not look as `known`."""
    # By descriptor, because the walk to a deep cache is half of the time that this takes.
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return [path for path in paths if _look(path, at) != known.get(path)]
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


def _right_folder(place: str) -> FolderLook:
    """Make `place` a real folder that can be written; return its look, unsure when it had to be changed."""
    try:
        found = os.lstat(place)
    except FileNotFoundError:
        Path(place).mkdir(parents=True)
        return _UNSURE
    if not stat.S_ISDIR(found.st_mode):
        Path(place).unlink()
        Path(place).mkdir()
        return _UNSURE
    if found.st_mode & stat.S_IRWXU != stat.S_IRWXU:
        Path(place).chmod(0o700)
    return (found.st_ctime_ns, found.st_ino)


def _weed(folder: str, children: Mapping[str, bool]) -> None:
    """Remove what is not among `children` (name, whether it is a folder)."""
    with os.scandir(folder) as entries:
        extra = [entry.path for entry in entries if children.get(entry.name) is not entry.is_dir(follow_symlinks=False)]
    for path in extra:
        _remove(path)


def _remove(path: str) -> None:
    """Remove a file, a link (never what it leads to) or a whole folder, also one made unwritable."""
    try:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            Path(path).unlink()
            return
        Path(path).chmod(0o700)
        with os.scandir(path) as entries:
            inside = [entry.path for entry in entries]
        for entry in inside:
            _remove(entry)
        Path(path).rmdir()
    except FileNotFoundError:
        return


def _folders(paths: Iterable[str]) -> tuple[str, ...]:
    """Return every folder that `paths` need, parents first, beginning with the root ("")."""
    found = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return tuple(sorted(found))


def _children(files: Iterable[str], folders: Iterable[str]) -> Mapping[str, Mapping[str, bool]]:
    children: dict[str, dict[str, bool]] = {folder: {} for folder in folders}
    for paths, are_folders in ((files, False), (folders, True)):
        for path in paths:
            parent, _, name = path.rpartition("/")
            if name:
                children[parent][name] = are_folders
    return children


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
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.msgpack.encode(value))
    fresh.replace(path)
