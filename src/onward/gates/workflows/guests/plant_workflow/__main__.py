"""Copy what workflow checkers read into a scratch folder and plant a workflow full of faults beside the real ones.

A checker that stays silent about the planted one never looked. The work tree is only read.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Planted

CANARY = ".github/workflows/onward-canary.yml"
TEXT = """name: Canary
on:
  issues:
    types: [opened]
jobs:
  canary:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: echo "${{ github.event.issue.title }}"
      - run: pip install requests
      - run: echo "${{ steps.nobody.outputs.anything }}"
"""


def text_of(path: Path) -> str | None:
    """Return the file's text, None when it is not there or not text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def main() -> None:
    """Copy, plant, and write down what was copied."""
    parser = argparse.ArgumentParser()
    for name in ("--tree", "--copy", "--manifest"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("paths", nargs="*")
    asked = parser.parse_args()
    # checkers look upwards for configuration and stop at a repository: nothing outside of the copy may configure them
    (asked.copy / ".git").mkdir(parents=True)
    texts = {}
    for path in asked.paths:
        target = asked.copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        texts[path] = text_of(asked.tree / path)
        if texts[path] is not None:
            shutil.copyfile(asked.tree / path, target)
    canary = asked.copy / CANARY
    canary.parent.mkdir(parents=True, exist_ok=True)
    canary.write_text(TEXT, encoding="utf-8")
    write_shape(asked.manifest, Planted(str(asked.copy), CANARY, TEXT, texts))


if __name__ == "__main__":
    main()
