"""Ask an OSV service for what an auditor's report leaves out: severities, the age of the data, what cannot be matched.

Arguments: URL FOLDER, whose audit.json and installed.json are read and whose advisories.json is written. Exit code 3 when
the service does not answer.
"""

from __future__ import annotations

import json
import sys
import urllib.parse
from datetime import datetime, timezone
from pathlib import Path

from .....guest.advisory_service import age_days, fetch, short
from .....guest.shared_shapes import Advisories
from .....guest.write_shape import write_shape


def main(url: str, folder: str) -> None:
    """Write advisories.json."""
    audit = json.loads(Path(folder, "audit.json").read_text(encoding="utf-8"))
    packages = json.loads(Path(folder, "installed.json").read_text(encoding="utf-8"))["packages"]
    now = datetime.now(timezone.utc)
    edition = (fetch(url + "/editions") or {}).get("PyPI")
    wanted = {vuln["id"] for dependency in audit["dependencies"] for vuln in dependency.get("vulns", ())}
    records = {entry: fetch(url + "/v1/vulns/" + urllib.parse.quote(entry)) for entry in sorted(wanted)}
    undetermined = {}
    for name in packages if edition else ():
        ids = fetch(url + "/undetermined/PyPI/" + urllib.parse.quote(name))["ids"]
        if ids:
            undetermined[name] = tuple(ids)
    found = Advisories(
        today=now.date(),
        age_days=age_days(edition, now) if edition else None,
        records={entry: short(record) for entry, record in records.items() if record},
        undetermined=undetermined,
    )
    write_shape(Path(folder, "advisories.json"), found, indent=1)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        sys.stderr.write("the advisory service does not answer as entry: %r\n" % problem)
        sys.exit(3)
