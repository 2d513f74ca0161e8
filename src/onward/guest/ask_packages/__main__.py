"""Ask an OSV service about packages that locks name: those that the base's locks did not hold, all where there is no base.

Arguments: URL FOLDER: reads FOLDER/locks.json, writes FOLDER/asked.json. Exit code 3 when the service does not answer.
"""

from __future__ import annotations

import json
import sys
import urllib.parse
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

from ..advisory_service import Entry, age_days, fetch, short
from ..shared_shapes import Answer, Asked
from ..write_shape import write_shape

# For each ecosystem a version that has been known to be vulnerable for years: silence about it is ignorance.
CONTROLS = {
    "PyPI": {"ecosystem": "PyPI", "name": "jinja2", "version": "2.4"},
    "npm": {"ecosystem": "npm", "name": "lodash", "version": "4.17.20"},
}
# What the service takes in one request.
BATCH = 1000


def identified(url: str, asked: Sequence[Entry]) -> list[set[str]]:
    """Return the ids of the records about each of `asked`, page by page."""
    ids: list[set[str]] = [set() for _ in asked]
    waiting = [(place, query(entry)) for place, entry in enumerate(asked)]
    while waiting:
        now, waiting = waiting[:BATCH], waiting[BATCH:]
        results = fetch(url + "/v1/querybatch", {"queries": [entry for _, entry in now]})["results"]
        if len(results) != len(now):
            raise ValueError("it returned %d answers to %d queries" % (len(results), len(now)))
        for (place, one), answer in zip(now, results, strict=True):
            ids[place] |= {vuln["id"] for vuln in answer.get("vulns", ())}
            if answer.get("next_page_token"):
                waiting.append((place, {**one, "page_token": answer["next_page_token"]}))
    return ids


def query(one: Entry) -> Entry:
    """Return the question about one version."""
    return {"package": {"name": one["name"], "ecosystem": one["ecosystem"]}, "version": one["version"]}


def answered(url: str, asked: Sequence[Entry]) -> tuple[Answer, ...]:
    """Return each of `asked` with the records in force about it."""
    ids = identified(url, asked)
    records = {}
    for entry in sorted(set().union(*ids)):
        record = fetch(url + "/v1/vulns/" + urllib.parse.quote(entry))
        if record is None:
            raise ValueError("it lists %s, but has no record of it" % entry)
        if not record.get("withdrawn"):
            records[entry] = short(record)
    return tuple(
        Answer(
            entry["ecosystem"],
            entry["name"],
            entry["version"],
            tuple(records[of] for of in sorted(found & records.keys())),
        )
        for entry, found in zip(asked, ids, strict=True)
    )


def undetermined(url: str, asked: Sequence[Entry]) -> dict[str, tuple[str, ...]]:
    """Return the ids of records of which an imported archive cannot say whether they speak of a version."""
    found = {}
    for entry in asked:
        path = "%s/%s?%s" % (entry["ecosystem"], *map(quoted, (entry["name"], entry["version"])))
        ids = fetch(url + "/undetermined/" + path)["ids"]
        if ids:
            found["%s %s" % (entry["name"], entry["version"])] = tuple(ids)
    return found


def quoted(text: str) -> str:
    """Return a text as a part of an address."""
    return urllib.parse.quote(text, safe="")


def added(locks: Entry) -> Iterator[Entry]:
    """Yield the entries with a version that no lock held at the base, each once."""
    before = {key(entry) for found in (locks["base"] or {}).values() for entry in found or ()}
    new = {key(entry): entry for found in locks["head"].values() for entry in found or () if key(entry) not in before}
    yield from (new[entry] for entry in sorted(new) if new[entry]["version"])


def key(one: Entry) -> tuple[str, str, str]:
    """Return what makes two entries the same."""
    return (one["ecosystem"], one["name"], one["version"])


def main(url: str, folder: str) -> None:
    """Write asked.json: what was found, the controls, and of which ecosystems an imported archive holds nothing."""
    wanted = list(added(json.loads(Path(folder, "locks.json").read_text(encoding="utf-8"))))
    editions = fetch(url + "/editions")
    unheld = sorted({entry["ecosystem"] for entry in wanted} - (editions or CONTROLS).keys())
    asked = [entry for entry in wanted if entry["ecosystem"] not in unheld]
    controls = [CONTROLS[name] for name in sorted({entry["ecosystem"] for entry in asked})]
    now = datetime.now(timezone.utc)
    found = Asked(
        controls=answered(url, controls),
        answers=answered(url, asked),
        unheld=tuple(unheld),
        undetermined=undetermined(url, asked) if editions else {},
        age_days={name: age_days(edition, now) for name, edition in (editions or {}).items()},
    )
    write_shape(Path(folder, "asked.json"), found, indent=1)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        sys.stderr.write("unexpected answer of the advisory service: %r\n" % problem)
        sys.exit(3)
