"""A file of lines that only grows, with one writer at a time; everybody may read it meanwhile.

A line counts once its newline is there. What a writer has appended survives its own SIGKILL, not a loss of power. One
that was killed, or whose disk was full, may leave the beginning of a line at the end: readers leave it out, and the
next writer cuts it off. Errors are OSErrors.
"""

from __future__ import annotations

import fcntl
import os
from io import FileIO
from pathlib import Path
from typing import BinaryIO

_REACH = 65_536


class Journal:
    """The writer of `path`, from one thread at a time. BlockingIOError when another one has it open."""

    def __init__(self, path: Path) -> None:
        self._file = FileIO(path, "a+", opener=lambda name, flags: os.open(name, flags, 0o600))
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            whole = _after_newline(self._file, self._file.seek(0, os.SEEK_END))
            self._file.truncate(whole)
        except BaseException:
            self._file.close()
            raise

    @property
    def closed(self) -> bool:
        """Whether nothing can be appended any more."""
        return self._file.closed

    def append(self, line: bytes) -> None:
        """Append `line`, which ends in its only newline. A write that fails closes the journal: it may end in half a line."""
        if not line or line.find(b"\n") != len(line) - 1:
            raise ValueError("a line ends in its only newline")
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.close()
            raise

    def close(self) -> None:
        """Let another writer have it; calling it twice is harmless."""
        self._file.close()


def read(path: Path) -> bytes:
    """Return all whole lines."""
    data = path.read_bytes()
    return data[: data.rfind(b"\n") + 1]


def ends(path: Path) -> tuple[bytes, bytes]:
    """Return the first whole line and the last one, both empty where there is none; what is between is not read."""
    with path.open("rb") as file:
        whole = _after_newline(file, file.seek(0, os.SEEK_END))
        file.seek(0)
        first = file.readline() if whole else b""
        last = file.seek(_after_newline(file, whole - 1))
        return first, file.read(whole - last)


def _after_newline(file: BinaryIO, end: int) -> int:
    """Return where the line begins that the first `end` bytes of `file` end with."""
    while end > 0:
        begin = max(0, end - _REACH)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0
