"""List what is installed in this interpreter's environment: JSON for onward and pinned requirements for an auditor.

Arguments: FOLDER MARK → FOLDER/installed.json, FOLDER/requirements.txt. The project's own packages, whose metadata has
a file MARK, are listed apart: a public package of the same name is another one.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Installed


def installed(mark: str, *, own: bool) -> dict[str, str]:
    """Return {canonical name: version} of every distribution that can be imported from here, with the mark or without."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name and (distribution.read_text(mark) is not None) is own:
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version)
    return dict(sorted(found.items()))


def main(folder: str, mark: str) -> None:
    """Write both files."""
    found = Installed(installed(mark, own=False), installed(mark, own=True))
    write_shape(Path(folder, "installed.json"), found, indent=1)
    pins = "".join("%s==%s\n" % pin for pin in found.packages.items())
    Path(folder, "requirements.txt").write_text(pins, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
