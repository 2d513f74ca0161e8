"""Ask an OSV service for what an auditor's report leaves out: severities, the age of the data, what cannot be matched.

Usage: python ask_advisories.py URL FOLDER: reads FOLDER/audit.json and installed.json, writes FOLDER/advisories.json.
Runs under pawl's own interpreter, standard library only. Exit code 3 when the service does not answer.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone
from typing import Any

_KEPT = ("id", "aliases", "summary", "severity", "modified", "published")


def fetch(url: str) -> Any:
    """Return the decoded answer, None for 404."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  # the address comes from pawl itself
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


def short(record: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a record that a judgement needs."""
    words = {name: record[name] for name in _KEPT if name in record}
    words["affected_severity"] = [
        one for affected in record.get("affected", ()) for one in affected.get("severity", ())
    ]
    words["word"] = str(record.get("database_specific", {}).get("severity", ""))
    return words


def age_days(edition: dict[str, Any] | None, now: datetime) -> float | None:
    """Return the age of the data in days, None when the service is live."""
    if not edition:
        return None
    date = datetime.fromisoformat(edition["data_date"])
    return (now - date).total_seconds() / 86400


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
        "age_days": age_days(edition, now),
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
