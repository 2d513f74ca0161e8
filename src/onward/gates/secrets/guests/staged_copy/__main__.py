"""Copy what a commit would take, and what could be added to it, into a scratch folder, with a canary secret beside it."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from pathlib import Path

from .....guest.canary_secret import FILE, line
from .....guest.write_shape import write_shape
from ...shapes import Staged


def git(root: Path, *argv: str, data: bytes = b"") -> bytes:
    """Return what git printed about the repository at `root`; it may not refresh the index, because that writes."""
    safe = ["-c", "safe.directory=*", "-c", "diff.autoRefreshIndex=false"]
    command = ["git", "--no-optional-locks", "-C", str(root), *safe, *argv]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def copy_index(root: Path, target: Path) -> int:
    """Write the staged content of files whose staged content is not the committed one; return how many."""
    names = git(root, "diff", "--cached", "--name-only", "--no-renames", "--diff-filter=d", "-z")
    # a submodule is listed as well, and has no content here
    paths = [name for name in names.split(b"\0") if name]
    if paths:
        git(root, "checkout-index", "-z", "--stdin", f"--prefix={target}/", data=b"\0".join(paths) + b"\0")
    return len(paths)


def copy_work(root: Path, target: Path) -> int:
    """Copy files of the work tree that differ from the index or are new and not ignored; return how many."""
    names = git(root, "ls-files", "--modified", "--others", "--exclude-standard", "-z")
    count = 0
    for name in sorted({name for name in names.split(b"\0") if name}):
        path = name.decode(errors="surrogateescape")
        if not (root / path).is_file() or (root / path).is_symlink():
            continue
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, target / path)
        count += 1
    return count


def main() -> None:
    """Copy both, plant the canary, and write down how much there is."""
    parser = argparse.ArgumentParser()
    for name in ("--root", "--copy", "--out"):
        parser.add_argument(name, type=Path, required=True)
    asked = parser.parse_args()
    copy = asked.copy.resolve()
    copy.mkdir(parents=True)
    staged, changed = copy_index(asked.root, copy / "index"), copy_work(asked.root, copy / "work")
    (copy / FILE).write_text(line(), encoding="utf-8")
    write_shape(asked.out, Staged(staged, changed, FILE))


if __name__ == "__main__":
    main()
