"""Give each secret that a scanner found a mark by which it is known again, and nothing by which it can be guessed.

The scanners redact what they report, and their own fingerprints change with every line that moves. The mark is a costly
one-way function of the secret itself, cut short; the secret is looked up where the scanner says it is and goes nowhere else.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

from ..shared_shapes import Marked
from ..write_shape import write_shape

SALT = b"onward: mark of a secret"
# about 15 ms and 8 MiB each: enough to make guessing dear, little enough for hundreds of findings
COST = {"n": 2**13, "r": 8, "p": 1}
LONGEST = 100000
STOPS = b" \t\"'`,;()<>"


def mark_of(secret: bytes) -> str:
    """Return the mark of a secret: 16 hexadecimal digits."""
    return hashlib.scrypt(secret, salt=SALT, dklen=8, **COST).hex()


# a finding in the one shape that they are brought into
Found = dict[str, Any]


def secret_at(data: bytes, found: Found) -> bytes:
    """Return the bytes that a finding points at; a block of several lines is taken whole, nothing when it is not there."""
    lines = data.splitlines()
    number = found["line"] - 1
    if not 0 <= number < len(lines):
        return b""
    if found["several_lines"] or lines[number].lstrip().startswith(b"-----BEGIN"):
        return block(lines[number:])
    return word(lines[number], (found["start"] + found["end"]) // 2)


def word(line: bytes, middle: int) -> bytes:
    """Return what stands around `middle` up to the next space or quote: scanners disagree by a column or two."""
    start = end = min(middle, len(line))
    while start > 0 and line[start - 1] not in STOPS:
        start -= 1
    while end < len(line) and line[end] not in STOPS:
        end += 1
    return line[start:end]


def block(lines: list[bytes]) -> bytes:
    """Return the lines up to the end of a PEM block, without white space."""
    taken = []
    for line in lines[:200]:
        taken.append(line.strip())
        if b"-----END" in line:
            break
    return b"".join(taken)[:LONGEST]


def content(found: Found, git: str, tree: Path) -> bytes:
    """Return the file that a finding is in: from the commit that it names, else from the tree."""
    if not found["commit"]:
        path = tree / found["path"]
        return path.read_bytes() if path.is_file() else b""
    blob = f"{found['commit']}:{found['path']}"
    argv = ["git", "-c", "safe.directory=*", "--git-dir", git, "cat-file", "blob", blob]
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


def kingfisher(document: Any) -> list[Found]:
    """Return the findings of a kingfisher report in one shape; columns count from 0, the last one included."""
    found = []
    for entry in document["findings"]:
        finding = entry["finding"]
        git = finding.get("git_metadata") or {}
        found.append(
            {
                "rule": entry["rule"]["id"],
                "title": entry["rule"]["description"] or entry["rule"]["name"],
                "redacted": finding["snippet"],
                "path": (git.get("file") or finding)["path"],
                "commit": (git.get("commit") or {}).get("id", ""),
                "line": finding["line"],
                "start": finding["column_start"],
                "end": finding["column_end"] + 1,
                "several_lines": finding["column_end"] <= finding["column_start"],
            }
        )
    return found


def gitleaks(document: Any) -> list[Found]:
    """Return the findings of a gitleaks report in one shape; what matched is given with the secret cut out of it."""
    found = []
    for entry in document:
        before, _, after = entry["Match"].partition("REDACTED")
        found.append(
            {
                "rule": entry["RuleID"],
                "title": entry["Description"],
                "redacted": "",
                "path": entry["File"],
                "commit": entry["Commit"],
                "line": entry["StartLine"],
                "start": entry["StartColumn"] - 1 + len(before),
                "end": entry["EndColumn"] - len(after),
                "several_lines": entry["EndLine"] != entry["StartLine"],
            }
        )
    return found


def trufflehog(text: str) -> list[Found]:
    """Return the findings of trufflehog's lines in one shape, marked: the secret itself is in them."""
    found = []
    for entry in map(json.loads, text.splitlines()):
        place = entry["SourceMetadata"]["Data"]["Git"]
        secret = entry["Raw"].encode()
        found.append(
            {
                "rule": entry["DetectorName"],
                "title": f"Possible credential for {entry['DetectorName']}.",
                "redacted": "",
                "path": place["file"],
                "commit": place["commit"],
                "line": place.get("line", 1),
                "mark": mark_of(b"".join(secret.split()) if secret.startswith(b"-----BEGIN") else secret.strip()),
            }
        )
    return found


def marked(findings: list[Found], git: str, tree: Path) -> list[Found]:
    """Return the findings with marks; where a secret is inside of an archive, the same secret elsewhere lends its mark."""
    known: dict[tuple[str, str], str] = {}
    for found in findings:
        if "mark" in found:
            continue
        secret = secret_at(content(found, git, tree), found)
        if secret:
            found["mark"] = mark_of(secret.strip())
            known.setdefault((found["rule"], found["redacted"]), found["mark"])
    for found in findings:
        if "mark" not in found:
            place = f"{found['commit']}:{found['path']}:{found['line']}"
            lent = known.get((found["rule"], found["redacted"])) if found["redacted"] else None
            found["mark"] = lent or hashlib.sha256(place.encode()).hexdigest()[:16]
    return findings


def findings_of(text: str, asked: argparse.Namespace) -> list[Found]:
    """Return the findings of a report by the scanner that wrote it."""
    if asked.trufflehog:
        return trufflehog(text)
    document = json.loads(text) if text.strip() else []
    return gitleaks(document) if asked.gitleaks else kingfisher(document)


def reachable(git: str) -> set[str]:
    """Return the commits that belong to the history of some reference."""
    argv = ["git", "-c", "safe.directory=*", "--git-dir", git, "rev-list", "--all"]
    return set(subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout.split())


def main() -> None:
    """Mark the findings of one report; only what a reader needs is written down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--git", default="")
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--gitleaks", action="store_true")
    parser.add_argument("--trufflehog", action="store_true")
    parser.add_argument("reports", type=Path, nargs="+")
    asked = parser.parse_args()
    commits = reachable(asked.git) if asked.git else set()
    secrets = []
    for report in asked.reports:
        text = report.read_text(encoding="utf-8")
        found = marked(findings_of(text, asked), asked.git, asked.tree)
        for entry in found:
            shown = {name: entry[name] for name in ("rule", "title", "mark", "path", "commit", "line")}
            secrets.append(Marked(**shown, report=report.stem, in_history=entry["commit"] in commits))
    write_shape(asked.out, secrets)


if __name__ == "__main__":
    main()
