"""Make sure of Trivy's database, have Trivy fetch it where none was imported, and write down how old it is."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Database


def fetch(trivy: str, folder: Path) -> None:
    """Have Trivy bring its database up to date; ends the program when it cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [trivy, "image", "--download-db-only", "--cache-dir", str(folder), "--disable-telemetry", "--no-progress"]
    if subprocess.run([*words, "--skip-version-check"], check=False).returncode != 0:
        sys.stderr.write("Trivy could not fetch its database\n")
        sys.exit(3)


def age_days(updated: str) -> float:
    """Return how many days ago a moment was; fractions of a second beyond what Python reads are cut off."""
    moment = datetime.strptime(updated[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return (datetime.now(timezone.utc) - moment).total_seconds() / 86400


def main() -> None:
    """Write database.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trivy", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--source", choices=("imported", "live"), required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    if asked.source == "live":
        fetch(asked.trivy, asked.folder)
    known = json.loads((asked.folder / "db" / "metadata.json").read_text(encoding="utf-8"))
    write_shape(asked.out, Database(asked.source, known["UpdatedAt"], age_days(known["UpdatedAt"])))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, KeyError, TypeError) as problem:
        sys.stderr.write("no usable database: %s\n" % problem)
        sys.exit(3)
