"""Whether a live onward holds a run: the lock in the run directory, which ends with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def is_held(run: Path) -> bool:
    """Return whether some process holds the lock of the run directory `run`; one that is gone is held by nobody."""
    try:
        descriptor = os.open(run / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
