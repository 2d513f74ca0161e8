"""Write a package lock that names one package with a well-known vulnerability, for an auditor to find."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

# GHSA-35jh-r3h4-6jhm, published in 2021: whoever knows advisories for npm at all knows this one.
PACKAGE, VERSION = "lodash", "4.17.20"


def main() -> None:
    """Write both files into a new folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--npmrc", type=Path, help="settings that say which registry is asked; may be missing")
    asked = parser.parse_args()
    into: Path = asked.into
    into.mkdir(parents=True)
    plant(into)
    if asked.npmrc is not None and asked.npmrc.is_file():
        shutil.copyfile(asked.npmrc, into / ".npmrc")


def plant(into: Path) -> None:
    """Write package.json and package-lock.json; nothing is installed."""
    wanted = {"name": "control", "version": "1.0.0", "dependencies": {PACKAGE: VERSION}}
    locked = {
        "name": "control",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "requires": True,
        "packages": {"": wanted, f"node_modules/{PACKAGE}": {"version": VERSION}},
    }
    (into / "package.json").write_text(json.dumps({**wanted, "private": True}), encoding="utf-8")
    (into / "package-lock.json").write_text(json.dumps(locked), encoding="utf-8")


if __name__ == "__main__":
    main()
