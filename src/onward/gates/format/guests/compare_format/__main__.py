"""Compare a formatted copy with the tree it was made from and write every difference as JSON."""

from __future__ import annotations

import argparse
import difflib
import json
from pathlib import Path

# comparing line by line grows with the square of the length; longer files are one difference
MOST_LINES = 20000


def differences(path: str, before: list[bytes], after: list[bytes]) -> list[dict[str, object]]:
    """Return one record per changed hunk: 1-based lines in `before`, and how many lines it becomes."""
    if len(before) > MOST_LINES:
        return [{"path": path, "line": 1, "end_line": len(before), "lines": len(before), "becomes": len(after)}]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    hunks = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            # what is only added stands at the line that it precedes, or at the last one
            line = max(1, min(start + 1, len(before)))
            counts = {"lines": end - start, "becomes": new_end - new_start}
            hunks.append({"path": path, "line": line, "end_line": max(end, line), **counts})
    return hunks


def main() -> None:
    """Compare every file of the manifest, and each canary with the text that was planted."""
    parser = argparse.ArgumentParser()
    for name in ("--tree", "--manifest", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--canary", required=True)
    asked = parser.parse_args()
    manifest = json.loads(asked.manifest.read_text(encoding="utf-8"))
    copy = Path(manifest["root"])
    hunks = []
    for path in manifest["files"]:
        before, after = (asked.tree / path).read_bytes(), (copy / path).read_bytes()
        if before != after:
            hunks += differences(path, before.splitlines(keepends=True), after.splitlines(keepends=True))
    planted = asked.canary.encode()
    touched = [path for path in manifest["canaries"] if (copy / path).read_bytes() != planted]
    document = {"manifest": manifest, "touched": touched, "hunks": hunks}
    asked.out.write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    main()
