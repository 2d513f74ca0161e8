"""Folders in the cache that are made once, by one process, and held while any process uses them."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from onward.errors import ProvisionError
from onward.files import atomic, lock

# what a maker notes of what it made, as JSON
Note = Mapping[str, Any]
STAMP = ".onward.json"
LOCKS = "locks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished folder and what its maker noted."""

    path: Path
    note: Note


def stamped(folder: Path) -> Made | None:
    """Return what was made in `folder`, or None when that is absent or was never finished."""
    try:
        stamp = json.loads((folder / STAMP).read_bytes())
        return Made(path=folder / stamp["inside"], note=stamp["note"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


class Store:
    """The made folders under `root`; `stopped` tells whether waiting for another process should be given up."""

    def __init__(self, root: Path, stopped: Callable[[], bool] = lambda: False) -> None:
        self._root = root
        self._stopped = stopped
        self._locks: dict[str, FileIO] = {}
        self._failed: dict[Path, ProvisionError] = {}
        self._guard = threading.Lock()
        # A store that nobody has any more uses nothing any more.
        weakref.finalize(self, _let_go, self._locks)

    def find(self, kind: str, key: str) -> Made | None:
        """Return the folder when it is finished, and hold it from now on; None when it has to be made."""
        folder = self._root / kind / key
        try:
            self._hold(f"{kind}-{key}")
        except OSError:
            # Nobody can prune a cache that cannot be written either (one that is baked into an image).
            return stamped(folder)
        made = stamped(folder)
        if made is not None:
            # The stamp's age is how long nobody has used the folder.
            with contextlib.suppress(OSError):
                os.utime(folder / STAMP)
        return made

    def obtain(self, kind: str, key: str, make: Callable[[Path], Note]) -> Made:
        """Return what `make(folder)` made for `kind` and `key`, now or when it was first asked for.

        The folder is new and empty and never moved, so what is written in it may name its path.
        Raises ProvisionError when the cache cannot be written, and again what `make` raised when it failed before.
        """
        try:
            return self.find(kind, key) or self._make(kind, key, make)
        except OSError as error:
            raise ProvisionError(
                f"cannot write the cache: {error.strerror or error}",
                where=str(error.filename or self._root),
                hint="free disk space, or set ONWARD_CACHE_DIR to a writable folder",
            ) from error

    def close(self) -> None:
        """Let go of every folder that was held."""
        with self._guard:
            _let_go(self._locks)

    def _make(self, kind: str, key: str, make: Callable[[Path], Note]) -> Made:
        folder = self._root / kind / key
        with self._wait(f"{kind}-{key}.make", purpose=f"making {kind}/{key}"):
            made = stamped(folder)
            if made is not None:
                return made
            if folder in self._failed:
                raise self._failed[folder]
            # An installer outlives its killed onward for a while and goes on writing; it must not write in here.
            attempt = secrets.token_hex(4)
            shutil.rmtree(folder, ignore_errors=True)
            (folder / attempt).mkdir(parents=True)
            try:
                note = make(folder / attempt)
            except ProvisionError as error:
                # The next step of this run would only wait as long for the same answer.
                self._failed[folder] = error
                raise
            write_stamp(folder, note, attempt)
            # Read back, so that the first time gives the same types as every later one.
            return stamped(folder) or Made(path=folder / attempt, note=note)

    def _hold(self, name: str) -> None:
        with self._guard:
            if name not in self._locks:
                self._locks[name] = self._wait(f"{name}.use", shared=True)

    def _wait(self, name: str, *, shared: bool = False, purpose: str = "") -> FileIO:
        path = self._root / LOCKS / name
        held = lock.wait(path, shared=shared, purpose=purpose, stopped=self._stopped)
        if held is None:
            message = "interrupted while another process was creating the same folder"
            raise ProvisionError(message, where=str(lock.holder(path) or path))
        return held


def _let_go(held: dict[str, FileIO]) -> None:
    while held:
        held.popitem()[1].close()


def write_stamp(folder: Path, note: Note, inside: str = "") -> None:
    """Declare what was made in `folder` (or in the folder `inside` it) finished; the last thing that is written."""
    atomic.write(folder / STAMP, json.dumps({"inside": inside, "note": note}).encode())


def remove(folder: Path) -> None:
    """Remove a folder and all in it (or a file, or a link but not where it leads).

    The stamp goes first, so that a removal cut short leaves nothing that looks finished.
    """
    if folder.is_dir() and not folder.is_symlink():
        (folder / STAMP).unlink(missing_ok=True)
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)
