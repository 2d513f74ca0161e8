"""What an OSV service answers, and the parts of it that count."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

from .shared_shapes import Record, Vector

# a package or a record, as JSON has it
Entry = dict[str, Any]


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


def short(record: Entry) -> Record:
    """Return the parts of a record that a judgement needs."""
    affected = record.get("affected", ())
    events = [event for entry in affected for span in entry.get("ranges", ()) for event in span.get("events", ())]
    return Record(
        id=record["id"],
        aliases=tuple(record.get("aliases", ())),
        summary=record.get("summary", ""),
        severity=vectors(record),
        affected_severity=tuple(vector for entry in affected for vector in vectors(entry)),
        fixed=tuple(sorted({event["fixed"] for event in events if "fixed" in event and len(event["fixed"]) < 40})),
        word=str(record.get("database_specific", {}).get("severity", "")),
    )


def vectors(entry: Entry) -> tuple[Vector, ...]:
    """Return the severities of a record, or of a package that it affects."""
    return tuple(Vector(entry.get("type", ""), entry.get("score", "")) for entry in entry.get("severity", ()))


def age_days(edition: Entry, now: datetime) -> float:
    """Return how old imported data is, in days."""
    return (now - datetime.fromisoformat(edition["data_date"])).total_seconds() / 86400
