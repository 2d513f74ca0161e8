"""Weigh what a build has left in a folder: each file as it is and as a web server would send it."""

from __future__ import annotations

import argparse
import gzip
import os
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Weight, Weights

# How web servers compress by themselves, so that the number is what a visitor waits for.
LEVEL = 6


def weigh(folder: Path) -> tuple[Weight, ...]:
    """Return path, bytes and compressed bytes of every file below `folder`; nothing where there is no such folder."""
    paths = [Path(home) / name for home, _, names in os.walk(folder) for name in names]
    return tuple(
        Weight(path.relative_to(folder).as_posix(), len(data), len(gzip.compress(data, LEVEL, mtime=0)))
        for path, data in ((path, path.read_bytes()) for path in sorted(paths) if path.is_file())
    )


def main() -> None:
    """Write what was weighed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    write_shape(asked.out, Weights(weigh(asked.folder)))


if __name__ == "__main__":
    main()
