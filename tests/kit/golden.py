"""Whole outputs held in files: `ONWARD_UPDATE_GOLDEN=1 pytest …` writes them, the diff is what is reviewed."""

from __future__ import annotations

import os
from pathlib import Path


def check(path: Path, told: str) -> None:
    """Compare `told` with the golden file at `path`; write the file instead where ONWARD_UPDATE_GOLDEN is set."""
    if os.environ.get("ONWARD_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(told.encode())
    assert path.is_file(), f"{path} is missing; write it with ONWARD_UPDATE_GOLDEN=1"
    assert told == path.read_bytes().decode()
