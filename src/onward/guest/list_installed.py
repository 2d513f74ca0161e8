"""List what is installed in this interpreter's environment: JSON for onward and pinned requirements for an auditor.

Usage: python list_installed.py FOLDER → FOLDER/installed.json, FOLDER/requirements.txt. Standard library only.
The project's own packages are listed apart: a public package of the same name is another one.
"""

from __future__ import annotations

import json
import os
import re
import sys
from importlib import metadata

# the file in a distribution's metadata by which onward marks what it built from the project itself
OWN = "onward-own"


def is_own(distribution: metadata.Distribution) -> bool:
    """Return whether the distribution is the project's own."""
    return distribution.read_text(OWN) is not None


def installed(*, own: bool) -> dict[str, str]:
    """Return {canonical name: version} of every distribution that can be imported from here."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name and is_own(distribution) is own:
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version)
    return found


def main(folder: str) -> None:
    """Write both files."""
    found = installed(own=False)
    document = {"python": "%d.%d.%d" % sys.version_info[:3], "packages": found, "own": installed(own=True)}
    with open(os.path.join(folder, "installed.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, sort_keys=True)
    with open(os.path.join(folder, "requirements.txt"), "w", encoding="utf-8") as file:
        file.writelines("%s==%s\n" % pin for pin in sorted(found.items()))


if __name__ == "__main__":
    main(sys.argv[1])
