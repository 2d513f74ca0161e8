"""Folders of a copy: real ones, with nothing in them that does not belong, and never a way out through a link."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

# When a folder changed, and its inode: while both stay, nothing was added or removed.
FolderLook = tuple[int, int]
UNSURE: FolderLook = (0, 0)

# Clocks of file systems tick this coarsely: what has changed within the last tick may change again unseen.
_TICK_NS = 20_000_000


def folders_of(paths: Iterable[str]) -> tuple[str, ...]:
    """Return every folder that relative `paths` need, parents first, beginning with the root ("")."""
    found = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return tuple(sorted(found))


def right(root: str, folders: Iterable[str], files: Iterable[str], known: Mapping[str, FolderLook]) -> bool:
    """Make `folders` (parents first) below `root` real, and remove what is not among them or `files`.

    Folders that look as `known` are not opened. Return whether any other was there. Errors are OSErrors.
    """
    children: Mapping[str, Mapping[str, bool]] = {}
    touched = False
    for folder in folders:
        place = _place(root, folder)
        look = _make_real(place)
        if look != UNSURE and look == known.get(folder):
            continue
        touched = True
        children = children or _children(files, folders)
        _weed(place, children[folder])
    return touched


def settled(root: str, folder: str) -> FolderLook:
    """Return how a folder looks, unsure when it has changed so lately that a further change might not show."""
    found = os.lstat(_place(root, folder))
    recent = time.time_ns() - found.st_ctime_ns < _TICK_NS
    return UNSURE if recent else (found.st_ctime_ns, found.st_ino)


def remove(path: str) -> None:
    """Remove a file, a link (never what it leads to) or a whole folder, also one made unwritable."""
    try:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            Path(path).unlink()
            return
        Path(path).chmod(0o700)
        with os.scandir(path) as entries:
            inside = [entry.path for entry in entries]
        for entry in inside:
            remove(entry)
        Path(path).rmdir()
    except FileNotFoundError:  # somebody else removes it too
        return


def _place(root: str, folder: str) -> str:
    return f"{root}/{folder}" if folder else root


def _make_real(place: str) -> FolderLook:
    try:
        found = os.lstat(place)
    except FileNotFoundError:
        Path(place).mkdir(parents=True)
        return UNSURE
    if not stat.S_ISDIR(found.st_mode):
        Path(place).unlink()
        Path(place).mkdir()
        return UNSURE
    if found.st_mode & stat.S_IRWXU != stat.S_IRWXU:
        Path(place).chmod(0o700)
        return UNSURE
    return (found.st_ctime_ns, found.st_ino)


def _weed(folder: str, children: Mapping[str, bool]) -> None:
    """Remove what is not among `children` (name, whether it is a folder)."""
    with os.scandir(folder) as entries:
        extra = [entry.path for entry in entries if children.get(entry.name) is not entry.is_dir(follow_symlinks=False)]
    for path in extra:
        remove(path)


def _children(files: Iterable[str], folders: Iterable[str]) -> Mapping[str, Mapping[str, bool]]:
    children: dict[str, dict[str, bool]] = {folder: {} for folder in folders}
    for paths, are_folders in ((files, False), (folders, True)):
        for path in paths:
            parent, _, name = path.rpartition("/")
            if name:
                children[parent][name] = are_folders
    return children
