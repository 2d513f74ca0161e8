"""Compare a formatted copy with the tree it was made from and write every difference as JSON."""

from __future__ import annotations

import argparse
import difflib
import json
from pathlib import Path

from .....guest.shared_shapes import Formatted, Hunk, Planted
from .....guest.write_shape import write_shape

# comparing line by line grows with the square of the length; longer files are one difference
MOST_LINES = 20000


def differences(path: str, before: list[bytes], after: list[bytes]) -> list[Hunk]:
    """Return one record per changed hunk: 1-based lines in `before`, and how many lines it becomes."""
    if len(before) > MOST_LINES:
        return [Hunk(path, 1, len(before), len(before), len(after))]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    hunks = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            # what is only added stands at the line that it precedes, or at the last one
            line = max(1, min(start + 1, len(before)))
            hunks.append(Hunk(path, line, max(end, line), end - start, new_end - new_start))
    return hunks


def main() -> None:
    """Compare every file of the manifest, and each canary with the text that was planted."""
    parser = argparse.ArgumentParser()
    for name in ("--tree", "--manifest", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--canary", required=True)
    asked = parser.parse_args()
    manifest = Planted(**json.loads(asked.manifest.read_text(encoding="utf-8")))
    copy = Path(manifest.root)
    hunks = []
    for path in manifest.files:
        before, after = (asked.tree / path).read_bytes(), (copy / path).read_bytes()
        if before != after:
            hunks += differences(path, before.splitlines(keepends=True), after.splitlines(keepends=True))
    planted = asked.canary.encode()
    touched = tuple(path for path in manifest.canaries if (copy / path).read_bytes() != planted)
    write_shape(asked.out, Formatted(manifest, touched, tuple(hunks)))


if __name__ == "__main__":
    main()
