"""Put files in place whole: whoever reads meanwhile gets all of the old content or all of the new, never a mixture.

A draft is written beside the file and takes its place in one step. It is removed when writing fails; after SIGKILL or
a loss of power it may be left as `.onward-….new`, which nothing reads, and the old file stands untouched. A file that
is replaced keeps its permissions, but not its owner nor its other names (hard links); a new one gets what the umask
leaves. A symbolic link is replaced itself: resolve the path first where the file behind it is meant. Of two writers the
last one wins; take a lock where both must count. Errors are OSErrors.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Make `data` the content of `path`. `durable`: once this returns, it survives a loss of power as well."""
    with draft(path, durable=durable) as fresh:
        fresh.write_bytes(data)


@contextmanager
def draft(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """Yield an empty file beside `path` that takes its place at the end, unless the block raises: then it is removed."""
    fresh = path.with_name(f".onward-{os.urandom(6).hex()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        permissions = os.fstat(descriptor).st_mode
        # Until it is in place nobody else may look into it: the file may be for its owner alone.
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
    try:
        yield fresh
        fresh.chmod((path.stat().st_mode if path.exists() else permissions) & 0o777)
        put(fresh, path, durable=durable)
    finally:
        fresh.unlink(missing_ok=True)


def put(source: Path, target: Path, *, durable: bool = False) -> None:
    """Give the finished file or folder `source` the place of `target` in one step; both are on one file system.

    A folder can only take a place where nothing is, or an empty folder. `durable` is about one file, see `write`.
    """
    if durable:
        _sync(source)
    source.replace(target)
    if durable:
        _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
