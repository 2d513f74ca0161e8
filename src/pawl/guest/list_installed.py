"""List what is installed in this interpreter's environment: JSON for pawl and pinned requirements for an auditor.

Usage: python list_installed.py FOLDER → FOLDER/installed.json, FOLDER/requirements.txt. Standard library only.
"""

from __future__ import annotations

import json
import os
import re
import sys
from importlib import metadata


def installed() -> dict[str, str]:
    """Return {canonical name: version} of every distribution that can be imported from here."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version)
    return found


def main(folder: str) -> None:
    """Write both files."""
    found = installed()
    with open(os.path.join(folder, "installed.json"), "w", encoding="utf-8") as file:
        json.dump({"python": "%d.%d.%d" % sys.version_info[:3], "packages": found}, file, indent=1, sort_keys=True)
    with open(os.path.join(folder, "requirements.txt"), "w", encoding="utf-8") as file:
        file.writelines("%s==%s\n" % pin for pin in sorted(found.items()))


if __name__ == "__main__":
    main(sys.argv[1])
