"""Where servers may live on this machine: which user they run as and which folders that user can reach."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from onward.errors import ServiceError
from onward.files import atomic
from onward.model.places import Places

_OPEN_DIRS = Path("/var/tmp")  # noqa: S108  # the fixed place is guarded by its owner and mode, see `_own`
# Passing through is all that a server's user needs on the way to its own folder.
_PASSABLE = 0o711
_USERS = ("postgres", "nobody")


def server_user() -> str | None:
    """Return the unprivileged user that a server must run as, None where onward itself is unprivileged.

    PostgreSQL refuses to run as root. Raises ServiceError when root has no such user: onward never makes one.
    """
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in _USERS:
        if name in known:
            return name
    raise ServiceError(
        "PostgreSQL cannot run as root, and this machine has neither user postgres nor user nobody",
        hint="run onward as a normal user, or set ONWARD_POSTGRES_URL to a server",
    )


def folder_for(places: Places, name: str, user: str | None) -> Path:
    """Return where a server that runs as `user` (None: as onward itself) is to live; nothing is made there yet."""
    return (places.state if user is None else _open_dirs()) / "servers" / name


def make_folder(folder: Path, user: str | None) -> None:
    """Make the empty folder of a server that runs as `user`; nobody else may look in. Raises ServiceError."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if user is not None:
            folder.parent.chmod(_PASSABLE)
        folder.mkdir(mode=0o700)
        if user is not None:
            give(folder, user)
    except OSError as error:
        raise _disk_error(folder, error) from error


def give(path: Path, user: str) -> None:
    """Make `user` the owner of `path`."""
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def give_all(folder: Path, user: str) -> None:
    """Make `user` the owner of `folder` and of all in it."""
    give(folder, user)
    for inside in folder.rglob("*"):
        give(inside, user)


def extra_places() -> tuple[Path, ...]:
    """Return the folders outside of the cache and the state that onward made for this user, for `onward cache clear`."""
    folder = _OPEN_DIRS / f"onward-{os.geteuid()}"
    return (folder,) if folder.is_dir() and _own(folder) else ()


def reachable_copy(root: Path, user: str | None, key: str) -> Path:
    """Return `root`, or a private copy of it made once under `key` when `user` cannot reach it where it is."""
    if user is None or _is_reachable(root):
        return root
    copy = _open_dirs() / "programs" / key
    try:
        if not copy.is_dir():
            _copy(root, copy)
    except OSError as error:
        raise _disk_error(copy, error) from error
    return copy


def _copy(root: Path, copy: Path) -> None:
    copy.parent.mkdir(exist_ok=True)
    copy.parent.chmod(_PASSABLE)
    half = Path(tempfile.mkdtemp(dir=copy.parent, prefix=".half-"))
    try:
        shutil.copytree(root, half / "copy", symlinks=True)
        (half / "copy").chmod(0o755)
        atomic.put(half / "copy", copy)
    except OSError:
        # Another onward may have been faster, which is as good.
        if not copy.is_dir():
            raise
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _open_dirs() -> Path:
    folder = _OPEN_DIRS / f"onward-{os.geteuid()}"
    try:
        folder.mkdir(mode=_PASSABLE, exist_ok=True)
    except OSError as error:
        raise _disk_error(folder, error) from error
    if not _own(folder):
        raise ServiceError(
            "the folder for servers belongs to another user or is writable by others",
            where=str(folder),
            hint="remove it, or run onward as a normal user",
        )
    folder.chmod(_PASSABLE)
    return folder


def _disk_error(folder: Path, error: OSError) -> ServiceError:
    return ServiceError(
        f"cannot create the folder of a server: {error.strerror}",
        where=str(folder),
        hint="free disk space, or set ONWARD_STATE_DIR to a writable folder",
    )


def _own(folder: Path) -> bool:
    state = folder.lstat()
    shared = state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and not shared


def _is_reachable(path: Path) -> bool:
    # Good enough for somebody who owns nothing here: every folder on the way is open to everybody.
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))
