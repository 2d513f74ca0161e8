"""Programs of a test's own in other processes: to contend with, to be killed, to meet a full disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_READY = "ready"
_FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"


def spawn(code: str, *words: object) -> subprocess.Popen[bytes]:
    """Start Python on `code` with `words` as its arguments, its input and output piped."""
    argv = (sys.executable, "-c", code, *map(str, words))
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@contextmanager
def killed_when_ready(code: str, *words: object) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the process once `code` has printed "ready"; afterwards it is killed without a chance to clear away."""
    with spawn(code, *words) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline().decode().strip() == _READY
            yield child
        finally:
            child.kill()


def on_a_full_disk(code: str, *words: object, limit: int) -> str:
    """Run `code` where no file grows beyond `limit` bytes, as on a full disk, and return what it complained of."""
    with spawn(_FULL.format(limit=limit) + code, *words) as child:
        return child.communicate()[1].decode()
