"""Findings as results and rules of SARIF."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import quote

from onward.model.document import Document, FindingEntry
from onward.model.finding import Severity
from onward.model.verdict import Status
from onward.report import text
from onward.report.context import ReportContext

SECURITY_GATES = frozenset({"security", "dependencies", "secrets", "container", "workflows"})
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.UNKNOWN: "warning",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.UNKNOWN: "5.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
_EXCUSES = {
    Status.KNOWN: "known: listed in the baseline",
    Status.WAIVED: "waived",
    Status.QUARANTINED: "quarantined: a flaky test that runs and reports, but does not block",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding beside its gate; `occurrence` counts equal fingerprints from 1."""

    gate: str
    finding: FindingEntry
    occurrence: int

    @property
    def rule(self) -> str:
        """Id of the rule, with the gate as its family."""
        return text.one_line(f"{self.gate}/{self.finding.rule}", 255)

    @property
    def is_new(self) -> bool:
        """Return whether nothing excuses the finding."""
        return self.finding.status is Status.NEW


def rule(each: Found, context: ReportContext) -> dict[str, object]:
    """Return a rule as its worst finding shows it."""
    gate, finding = each.gate, each.finding
    secure = gate in SECURITY_GATES
    properties: dict[str, object] = {"tags": [gate, "security"] if secure and gate != "security" else [gate]}
    if secure:
        properties["security-severity"] = _SCORES[finding.severity]
    told: dict[str, object] = {
        "id": each.rule,
        "name": text.one_line(finding.rule, 255),
        "shortDescription": {"text": text.one_line(f"{finding.rule} ({finding.tool})", 1000)},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": properties,
    }
    guide = context.guides.get(gate, "")
    if guide:
        told["help"] = {"text": guide, "markdown": guide}
    if finding.url and finding.url.startswith(("https://", "http://")):
        told["helpUri"] = quote(text.visible(finding.url), safe=":/?#[]@!$&'()*+,;=%~-._")
    return told


def result(each: Found, index: int, document: Document) -> dict[str, object]:
    """Return a finding as a result; `index` is the position of its rule in the run."""
    finding = each.finding
    message = text.clip(text.visible(finding.message), 2000) + (
        f"\nFix: {text.one_line(finding.fix)}" if finding.fix else ""
    )
    told: dict[str, object] = {
        "ruleId": each.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [_location(finding, document)],
        "partialFingerprints": {
            "onward/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint.removeprefix('1:')}:{each.occurrence}",
        },
        "baselineState": "new" if each.is_new else "unchanged",
        "properties": {"tool": finding.tool, "severity": str(finding.severity), "status": str(finding.status)},
    }
    if finding.status in _EXCUSES:
        told["suppressions"] = [_suppression(finding)]
    return told


def _suppression(finding: FindingEntry) -> dict[str, object]:
    why = _EXCUSES[finding.status] + (f" by {text.one_line(finding.waiver)}" if finding.waiver else "")
    return {"kind": "external", "status": "accepted", "justification": why}


def _location(finding: FindingEntry, document: Document) -> dict[str, object]:
    uri = location(finding.path, document)
    subject = finding.subject or (None if uri else finding.path)
    # GitHub refuses results without a file, so what has none is shown at the definition.
    place = uri or location("onward.toml", document)
    physical: dict[str, object] = {"artifactLocation": {"uri": place, "uriBaseId": "%SRCROOT%"}}
    physical["region"] = _region(finding) if uri else {"startLine": 1}
    logical = {"logicalLocations": [{"fullyQualifiedName": text.one_line(subject)}]} if subject else {}
    return {"physicalLocation": physical, **logical}


def _region(finding: FindingEntry) -> dict[str, int]:
    start = max(1, finding.line or 1)
    region = {"startLine": start}
    if finding.column and finding.line:
        region["startColumn"] = finding.column
    if finding.end_line and finding.end_line >= start:
        region["endLine"] = finding.end_line
        if finding.end_column and (finding.end_line > start or finding.end_column >= (finding.column or 1)):
            region["endColumn"] = finding.end_column
    return region


def location(path: str | None, document: Document) -> str | None:
    """Return `path` as a URI from the root of the git work tree, None when it lies outside of it."""
    if path is None or posixpath.isabs(path):
        return None
    rooted = posixpath.normpath(posixpath.join(document.prefix or "", path))
    return None if rooted.startswith("..") else quote(rooted.encode("utf-8", "surrogateescape"))
