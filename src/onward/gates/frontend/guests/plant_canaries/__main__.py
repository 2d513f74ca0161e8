"""Plant a canary beside the sources of every folder of a workspace, where a checker cannot be given a copy.

A checker that stays silent about a folder's canary never looked at that folder. Runs in a step's own workspace only.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .....guest.shared_shapes import Planted
from .....guest.write_shape import write_shape

EXCLUDED = {".git", "node_modules"}


def sources(root: Path, suffixes: tuple[str, ...]) -> list[str]:
    """Return the files below `root` that end in one of `suffixes`, relative to it."""
    paths: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in EXCLUDED]
        paths += [Path(folder) / name for name in names if name.endswith(suffixes)]
    return sorted(path.relative_to(root).as_posix() for path in paths if path.is_file() and not path.is_symlink())


def plant(root: Path, files: list[str], text: str) -> dict[str, str]:
    """Write one canary into each folder that holds some of `files`, named as the first of them; return canary -> folder."""
    first: dict[str, str] = {}
    for path in files:
        first.setdefault(Path(path).parent.as_posix(), path)
    canaries = {}
    for number, (folder, like) in enumerate(sorted(first.items())):
        target = root / folder / f"onward_canary_{number}{Path(like).suffix}"
        target.write_text(text, encoding="utf-8")
        canaries[target.relative_to(root).as_posix()] = folder
    return canaries


def main() -> None:
    """Plant, and write down what was done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--canary", required=True)
    parser.add_argument("suffixes", nargs="+")
    asked = parser.parse_args()
    root = asked.root.resolve()
    files = sources(root, tuple(asked.suffixes))
    write_shape(asked.manifest, Planted(str(root), tuple(files), plant(root, files, asked.canary)))


if __name__ == "__main__":
    main()
