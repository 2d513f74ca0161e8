"""Copy what a code checker needs into a scratch folder and plant a canary beside the code of every folder.

A checker that stays silent about a folder's canary never looked at that folder. For a checker that is told single files, a
canary stands beside each of them. The work tree is only read.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

from ..shared_shapes import Planted
from ..write_shape import write_shape

CODE = (".py", ".pyi")
CONFIGURATION = (".cfg", ".toml", ".ini", ".ipynb", ".typed")
DOTFILES = {".flake8", ".bandit", ".gitignore", ".editorconfig", ".ruffignore"}
EXCLUDED = {".git", ".hg", "__pycache__", "node_modules"}


def found(tree: Path) -> list[str]:
    """Return the paths, relative to `tree`, of code and of the files that configure code checkers."""
    paths: list[Path] = []
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name not in EXCLUDED]
        paths += [Path(folder) / name for name in names if name.endswith(CODE + CONFIGURATION) or name in DOTFILES]
    return sorted(path.relative_to(tree).as_posix() for path in paths if path.is_file())


def copy_all(tree: Path, copy: Path, only: set[str] | None) -> list[str]:
    """Copy; return the code that is to be looked at. Code outside `only` stays as empty files, so imports resolve."""
    looked = []
    for path in found(tree):
        target = copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not path.endswith(CODE):
            shutil.copyfile(tree / path, target)
        elif only is not None and path not in only:
            target.touch()
        else:
            shutil.copyfile(tree / path, target)
            looked.append(path)
    return looked


def plant(copy: Path, looked: list[str], text: str, beside: list[list[str]]) -> dict[str, str]:
    """Write one canary into each folder that holds code to be looked at, and those `beside` a file: (file, canary).

    Return canary -> the folder or file that it speaks for.
    """
    canaries = {}
    for path, canary in beside:
        if path in looked:
            (copy / canary).write_text(text, encoding="utf-8")
            canaries[canary] = path
    folders = sorted({Path(path).parent.as_posix() for path in looked})
    for number, folder in enumerate(folders):
        target = copy / folder / f"onward_canary_{number}.py"
        target.write_text(text, encoding="utf-8")
        canaries[target.relative_to(copy).as_posix()] = folder
    return canaries


def main() -> None:
    """Copy, plant, and write down what was done."""
    parser = argparse.ArgumentParser()
    for name in ("--tree", "--copy", "--manifest"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--canary", required=True)
    parser.add_argument("--beside", nargs=2, action="append", default=[])
    parser.add_argument("--narrowed", action="store_true")
    parser.add_argument("only", nargs="*")
    asked = parser.parse_args()
    copy = asked.copy.resolve()
    # tools look upwards for configuration and stop at a repository: nothing outside the copy may configure them
    (copy / ".git").mkdir(parents=True)
    looked = copy_all(asked.tree, copy, set(asked.only) if asked.narrowed else None)
    canaries = plant(copy, looked, asked.canary, asked.beside)
    write_shape(asked.manifest, Planted(str(copy), tuple(looked), canaries))


if __name__ == "__main__":
    main()
