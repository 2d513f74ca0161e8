"""Collect what a look at documents needs: their texts, what the repository holds, what the run has shown so far.

Runs under onward's own interpreter, standard library only; nothing is judged here and nothing is written to the tree.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from dataclasses import fields
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Collected, Shown, Tests, Totals

ORIGIN = re.compile(r"github\.com[:/]+([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


def text_of(path: Path) -> str | None:
    """Return a file's text, None when it is not there or not text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def git(folder: str, *words: str) -> str:
    """Return what git prints, empty when it fails."""
    argv = ["git", "-c", "safe.directory=*", "--git-dir", folder, *words]
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout


def test_counts(inputs: Path) -> Tests:
    """Return how many different tests there were, and how many passed somewhere and failed nowhere."""
    outcomes: dict[str, set[str]] = {}
    for path in sorted(inputs.glob("*/tests.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            load = json.loads(line)
            if load.get("kind") == "test":
                outcomes.setdefault(load["id"], set()).add(load["outcome"])
    good = sum(1 for found in outcomes.values() if "passed" in found and not found & {"failed", "error"})
    return Tests(good, len(outcomes), len(list(inputs.glob("*/tests.jsonl"))))


def coverage(inputs: Path) -> Totals | None:
    """Return the totals of the merged coverage, None when no gate measured it."""
    reports = sorted(inputs.glob("*/coverage.json"))
    if not reports:
        return None
    totals = json.loads(reports[0].read_text(encoding="utf-8"))["totals"]
    return Totals(**{one.name: totals[one.name] for one in fields(Totals) if one.name in totals})


def main() -> None:
    """Write everything into one JSON file."""
    parser = argparse.ArgumentParser()
    for name in ("--tree", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--git", required=True)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--commands", required=True, help="the names of onward's own commands")
    parser.add_argument("--inputs", type=Path)
    parser.add_argument("--beside", action="append", default=[])
    parser.add_argument("documents", nargs="*")
    asked = parser.parse_args()
    origin = ORIGIN.search(git(asked.git, "config", "--get", "remote.origin.url").strip())
    found = Collected(
        documents={path: text_of(asked.tree / path) for path in asked.documents},
        texts={path: text_of(asked.tree / path) or "" for path in asked.beside},
        tracked=tuple(path for path in git(asked.git, "ls-files", "-z").split("\0") if path),
        prefix=asked.prefix,
        origin=origin[1] if origin else "",
        commands=tuple(asked.commands.split(",")),
    )
    if asked.inputs is not None:
        found = Shown(**vars(found), tests=test_counts(asked.inputs), coverage=coverage(asked.inputs))
    write_shape(asked.out, found)


if __name__ == "__main__":
    main()
