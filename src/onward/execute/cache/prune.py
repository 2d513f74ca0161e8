"""What onward keeps outside of work trees, how large and how old it is, and removing it without harming a live run."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from onward.errors import RecordError
from onward.execute.cache.store import LOCKS, STAMP, remove
from onward.files import lock
from onward.model.places import RUN_LOCK, Places

# kind of entry: the folders whose children are such entries, in the cache and in the state
_IN_CACHE = {
    "tool": "tools",
    "environment": "environments",
    "guests": "guests",
    "workspace": "workspaces",
    "download": "downloads",
    "advisories": "advisories",
}
_IN_STATE = {"run": "runs", "service": "servers"}
# made and held by the store
_STORED = ("tool", "environment", "guests")
_SERVERS = ("servers", "programs")
_LOOSE = ("interpreters.json",)
# What nothing can make again: only `clear(everything=True)` takes it all, and pruning takes old runs only.
_DURABLE = ("run", "advisories")
_UNPRUNED = "advisories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that is kept. `bytes` counts files linked several times inside it once; `last_used` is a Unix time."""

    kind: str
    name: str
    path: Path
    bytes: int
    last_used: float


def entries(places: Places, beyond: tuple[Path, ...] = ()) -> tuple[Entry, ...]:
    """Return everything that is kept, by kind and name; `beyond` are folders for servers outside of both places."""
    found = (_entry(kind, path) for kind, path in _children(places, beyond))
    return tuple(sorted(found, key=lambda entry: (entry.kind, entry.name)))


def prune(
    places: Places, beyond: tuple[Path, ...] = (), *, older_than_s: float, max_bytes: int | None = None
) -> tuple[Entry, ...]:
    """Remove what was not used for `older_than_s` seconds, then the least recently used until `max_bytes` hold the rest.

    What a live run or another onward uses stays, and so do advisories. Returns what was removed.
    """
    now = time.time()
    known = sorted(
        (entry for entry in entries(places, beyond) if entry.kind != _UNPRUNED), key=lambda entry: entry.last_used
    )
    old = [entry for entry in known if now - entry.last_used > older_than_s]
    removed = [entry for entry in old if _remove(places, entry)]
    rest = [entry for entry in known if entry not in removed]
    excess = sum(entry.bytes for entry in rest) - max_bytes if max_bytes is not None else 0
    for entry in rest:
        if excess > 0 and _remove(places, entry):
            removed.append(entry)
            excess -= entry.bytes
    return tuple(removed)


def clear(
    places: Places, beyond: tuple[Path, ...] = (), *, everything: bool
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Remove all that can be made again, with `everything` also runs and advisories; return (removed, still in use).

    With `everything` the folders of the cache and of the state themselves go, and those `beyond`, unless something in
    them is in use or is not onward's.
    """
    wanted = [entry for entry in entries(places, beyond) if everything or entry.kind not in _DURABLE]
    removed = tuple(entry for entry in wanted if _remove(places, entry))
    held = tuple(entry for entry in wanted if entry not in removed)
    if not held:
        for name in (*_IN_CACHE.values(), LOCKS, *_LOOSE):
            if everything or name not in _DURABLE:
                remove(places.cache / name)
        if everything:
            for name in (*_IN_STATE.values(), "services"):
                remove(places.state / name)
            for place in (
                *(place / name for place in beyond for name in _SERVERS),
                *beyond,
                places.cache,
                places.state,
            ):
                _remove_when_empty(place)
    return removed, held


def _children(places: Places, beyond: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    roots = [(kind, places.cache / name) for kind, name in _IN_CACHE.items()]
    roots += [(kind, places.state / name) for kind, name in _IN_STATE.items()]
    roots += [("service", place / name) for place in beyond for name in _SERVERS]
    for kind, root in roots:
        # A link leads to what is not onward's to remove.
        if root.is_dir() and not root.is_symlink():
            yield from ((kind, path) for path in root.iterdir() if path.suffix != ".lock")


def _entry(kind: str, path: Path) -> Entry:
    size, newest = _weigh(path)
    stamp = path / STAMP
    used = stamp.stat().st_mtime if stamp.is_file() else newest
    return Entry(kind=kind, name=path.name, path=path, bytes=size, last_used=used)


def _weigh(path: Path) -> tuple[int, float]:
    """Return the bytes below `path` and when the newest of its folders and top files was changed."""
    seen: set[tuple[int, int]] = set()
    size, newest = 0, 0.0
    for status in _statuses(path):
        newest = max(newest, status.st_mtime)
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            size += status.st_size
    return size, newest


def _statuses(path: Path) -> Iterator[os.stat_result]:
    # Things vanish while they are looked at: other runs go on.
    with contextlib.suppress(OSError):
        yield path.lstat()
        if path.is_dir() and not path.is_symlink():
            with os.scandir(path) as inside:
                for entry in inside:
                    yield from _statuses(Path(entry.path))


def _remove(places: Places, entry: Entry) -> bool:
    """Remove one entry unless somebody uses it; return whether it is gone."""
    if entry.kind == "service" and _is_lived_in(entry.path):
        return False
    with contextlib.ExitStack() as held:
        for path in _locks_of(places, entry):
            taken = lock.take(path)
            if taken is None:
                return False
            held.enter_context(taken)
        try:
            remove(entry.path)
        except FileNotFoundError:
            return True
        except OSError as error:
            raise RecordError(
                f"cannot remove {entry.kind} {entry.name}: {error.strerror}",
                where=str(error.filename or entry.path),
                hint="check its owner and whether a program still uses it",
            ) from error
        if entry.kind in _STORED:
            for path in _locks_of(places, entry):
                path.unlink(missing_ok=True)
        return True


def _locks_of(places: Places, entry: Entry) -> tuple[Path, ...]:
    locks = places.cache / LOCKS
    folder = _IN_CACHE.get(entry.kind, "")
    if entry.kind in _STORED:
        return (locks / f"{folder}-{entry.name}.use", locks / f"{folder}-{entry.name}.make")
    if entry.kind == "download":
        # Whoever makes something just now takes it from the downloads.
        return tuple(sorted(locks.glob("*.make")))
    inside = {
        "run": lambda: entry.path.glob(RUN_LOCK),
        "workspace": lambda: entry.path.glob("*.lock"),
        # A run that lives may be about to start a server there.
        "service": lambda: (places.state / _IN_STATE["run"]).glob(f"*/{RUN_LOCK}"),
    }
    found = inside.get(entry.kind, lambda: iter(()))()
    return tuple(sorted(path for path in found if path.is_file() and not path.is_symlink()))


def _is_lived_in(folder: Path) -> bool:
    """Return whether a process works in `folder` or runs a program from it, whoever's run started it."""
    return any(_lives_in(process, folder) for process in psutil.process_iter())


def _lives_in(process: psutil.Process, folder: Path) -> bool:
    for ask in (process.cwd, process.exe):
        try:
            if Path(ask()).is_relative_to(folder):
                return True
        except (psutil.Error, OSError):
            # Somebody else's process, or one that is just ending.
            continue
    return False


def _remove_when_empty(place: Path) -> None:
    with contextlib.suppress(OSError):  # not empty
        place.rmdir()
