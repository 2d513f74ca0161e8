"""Ask an OSV service for what an auditor's report leaves out: severities, the age of the data, what cannot be matched.

Usage: python ask_advisories.py URL FOLDER: reads FOLDER/audit.json and installed.json, writes FOLDER/advisories.json.
Runs under onward's own interpreter, standard library only. Exit code 3 when the service does not answer.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.parse
from datetime import datetime, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onward.guest.ask_packages import age_days, fetch, short
else:
    from ask_packages import age_days, fetch, short


def main(url: str, folder: str) -> None:
    """Write advisories.json."""
    with open(os.path.join(folder, "audit.json"), encoding="utf-8") as file:
        audit = json.load(file)
    with open(os.path.join(folder, "installed.json"), encoding="utf-8") as file:
        packages = json.load(file)["packages"]
    now = datetime.now(timezone.utc)
    edition = (fetch(url + "/editions") or {}).get("PyPI")
    wanted = {vuln["id"] for dependency in audit["dependencies"] for vuln in dependency.get("vulns", ())}
    records = {one: fetch(url + "/v1/vulns/" + urllib.parse.quote(one)) for one in sorted(wanted)}
    undetermined = {}
    for name in packages if edition else ():
        ids = fetch(url + "/undetermined/PyPI/" + urllib.parse.quote(name))["ids"]
        if ids:
            undetermined[name] = ids
    document = {
        "edition": edition,
        "today": now.date().isoformat(),
        "age_days": age_days(edition, now) if edition else None,
        "records": {one: short(record) for one, record in records.items() if record},
        "undetermined": undetermined,
    }
    with open(os.path.join(folder, "advisories.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, sort_keys=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2])
    except (OSError, ValueError) as problem:
        sys.stderr.write("the advisory service does not answer as one: %s\n" % problem)
        sys.exit(3)
