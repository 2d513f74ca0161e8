"""What an OSV service answers, and the parts of it that count."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

# a package or a record, as JSON has it
Entry = dict[str, Any]
FIELDS = ("id", "aliases", "summary", "severity", "modified", "withdrawn")


def fetch(url: str, body: object = None) -> Any:
    """Return the decoded answer, None for 404."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})  # noqa: S310  # the address comes from onward itself
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


def short(record: Entry) -> Entry:
    """Return the parts of a record that a judgement needs."""
    words = {name: record[name] for name in FIELDS if name in record}
    affected = record.get("affected", ())
    words["affected_severity"] = [severity for entry in affected for severity in entry.get("severity", ())]
    events = [event for entry in affected for span in entry.get("ranges", ()) for event in span.get("events", ())]
    words["fixed"] = sorted({event["fixed"] for event in events if "fixed" in event and len(event["fixed"]) < 40})
    words["word"] = str(record.get("database_specific", {}).get("severity", ""))
    return words


def age_days(edition: Entry, now: datetime) -> float:
    """Return how old imported data is, in days."""
    return (now - datetime.fromisoformat(edition["data_date"])).total_seconds() / 86400
