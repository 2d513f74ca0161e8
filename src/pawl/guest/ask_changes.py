"""Ask an OSV service about what a change adds: each new name and version that locks did not hold before.

Usage: python ask_changes.py URL FOLDER: reads FOLDER/locks.json, writes FOLDER/changes.json.
Runs under pawl's own interpreter, standard library only. Exit code 3 when the service does not answer.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

CONTROL = {"ecosystem": "PyPI", "name": "jinja2", "version": "2.4"}
KEPT = ("id", "aliases", "summary", "severity", "modified")


def fetch(url: str, body: Any = None) -> Any:
    """Return the decoded answer, None for 404."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})  # noqa: S310  # the address comes from pawl itself
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


def vulnerabilities(url: str, one: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is known about one version, page by page, with the parts of each record that a judgement needs."""
    query = {"package": {"name": one["name"], "ecosystem": one["ecosystem"]}, "version": one["version"]}
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        answer = fetch(url + "/v1/query", query | ({"page_token": token} if token else {})) or {}
        found += answer.get("vulns", ())
        token = answer.get("next_page_token", "")
        if not token:
            return [short(record) for record in found if not record.get("withdrawn")]


def short(record: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a record that a judgement needs."""
    words = {name: record[name] for name in KEPT if name in record}
    affected = record.get("affected", ())
    words["affected_severity"] = [severity for one in affected for severity in one.get("severity", ())]
    events = [event for one in affected for span in one.get("ranges", ()) for event in span.get("events", ())]
    words["fixed"] = sorted({event["fixed"] for event in events if "fixed" in event and len(event["fixed"]) < 40})
    words["word"] = str(record.get("database_specific", {}).get("severity", ""))
    return words


def added(locks: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries that no lock held at the base, each once."""
    before = {key(one) for found in (locks["base"] or {}).values() for one in found or ()}
    new = {key(one): one for found in locks["head"].values() for one in found or () if key(one) not in before}
    return [new[one] for one in sorted(new)]


def key(one: dict[str, Any]) -> tuple[str, str, str]:
    """Return what makes two entries the same."""
    return (one["ecosystem"], one["name"], one["version"])


def main(url: str, folder: str) -> None:
    """Write changes.json."""
    with open(os.path.join(folder, "locks.json"), encoding="utf-8") as file:
        locks = json.load(file)
    edition = fetch(url + "/edition")
    # an imported archive holds PyPI alone, and silence about npm would mean nothing
    asked = [one for one in added(locks) if one["version"] and (one["ecosystem"] == "PyPI" or not edition)]
    answers = [{**{name: one[name] for name in CONTROL}, "vulns": vulnerabilities(url, one)} for one in asked]
    document = {"control": vulnerabilities(url, CONTROL), "imported": bool(edition), "answers": answers}
    with open(os.path.join(folder, "changes.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, sort_keys=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2])
    except (OSError, ValueError) as problem:
        sys.stderr.write("the advisory service does not answer as one: %s\n" % problem)
        sys.exit(3)
