"""List what each installed distribution says of its licence, beside a made-up one whose licence is known.

Arguments: FOLDER MARK → FOLDER/licences.json; the project's own packages have a file MARK in their metadata. Nothing is
judged here.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Licences, Said

CONTROL = """Metadata-Version: 2.1
Name: onward-control
Version: 1.0
License: GPLv3+
Classifier: License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)
"""


def first(fields: metadata.PackageMetadata, name: str) -> str:
    """Return a field's first value, empty when it is not there."""
    return str((fields.get_all(name) or [""])[0])


def declared(distribution: metadata.Distribution, mark: str) -> Said:
    """Return everything that a distribution says of its licence."""
    fields = distribution.metadata
    classifiers = fields.get_all("Classifier") or []
    return Said(
        ecosystem="PyPI",
        name=re.sub(r"[-_.]+", "-", fields["Name"]).lower(),
        version=distribution.version,
        expression=first(fields, "License-Expression"),
        field=first(fields, "License")[:2000],
        classifiers=tuple(entry for entry in classifiers if entry.startswith("License ::")),
        local=distribution.read_text(mark) is not None,
    )


def control(mark: str) -> Said:
    """Return what is read of a distribution made up here, by the same way as all others."""
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "onward_control-1.0.dist-info")
        os.mkdir(place)
        Path(place, "METADATA").write_text(CONTROL, encoding="utf-8")
        (made_up,) = metadata.distributions(path=[folder])
        return declared(made_up, mark)


def main(folder: str, mark: str) -> None:
    """Write the list, each distribution once: the one that is imported comes first."""
    found: dict[str, Said] = {}
    for distribution in metadata.distributions():
        if distribution.metadata["Name"]:
            entry = declared(distribution, mark)
            found.setdefault(entry.name, entry)
    licences = Licences(control(mark), tuple(found[name] for name in sorted(found)))
    write_shape(Path(folder, "licences.json"), licences, indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
