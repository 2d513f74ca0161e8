"""Evidence as onward's own JSON: what a program says that was written for onward."""

from __future__ import annotations

from dataclasses import replace

from onward.model.evidence import Reading
from onward.model.finding import Finding
from onward.model.gate import ReadContext
from onward.readers.decode import decoded


def read(data: bytes, context: ReadContext) -> Reading:
    """Return the reading that `data` holds: an object with `looked_at` and, where there are any, `findings`, `measures`,
    `tests`, `problems` and `notes`, each with the fields of onward's own nouns. ReadError when a field is missing or wrong.
    """
    reading = decoded(data, "evidence", Reading)
    return replace(reading, findings=tuple(_placed(finding, context) for finding in reading.findings))


def _placed(finding: Finding, context: ReadContext) -> Finding:
    if finding.place.path is None:
        return finding
    return replace(finding, place=replace(finding.place, path=context.relative(finding.place.path)))
