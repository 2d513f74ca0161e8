"""Known vulnerabilities of locked packages: what the registry says to npm, or what an OSV service says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from onward.errors import ReadError
from onward.gates.frontend import folder, names
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers import advisories

_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
}


def read_advisories(outputs: Outputs, context: ReadContext) -> Reading:
    """Read what was answered about every version that the lock names."""
    asked, lock = outputs.json(advisories.ASKED), folder.lock(context.check)
    try:
        entries = outputs.json(names.LOCKS)["head"][lock]
        wanted = {(one["name"], one["version"]) for one in entries or () if one["version"]}
        answers = asked["answers"]
        findings = tuple(advisories.vulnerable(answers, path=lock))
        problems = tuple(advisories.problems(asked, context))
        measures, notes = advisories.ages(asked), advisories.undetermined(asked)
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"the answers are not shaped as expected ({error!r})", where=advisories.ASKED) from error
    unreadable = Problem(code="lock-unreadable", text=f"{lock} cannot be read as a lock")
    return Reading(
        looked_at=(LookedAt(what="packages looked up", count=len(answers), expected=max(1, len(wanted))),),
        findings=findings,
        measures=measures,
        notes=notes,
        problems=problems if entries is not None else (unreadable, *problems),
    )


def read_audit(outputs: Outputs, context: ReadContext) -> Reading:
    """Read npm's audit; whatever is not a report (the service refused, nobody answered) is unreadable."""
    known, data = _audited(outputs, names.CONTROL), _audited(outputs, names.AUDIT)
    try:
        count = int(data["metadata"]["dependencies"]["total"])
        found = tuple(_vulnerabilities(data["vulnerabilities"].values(), context))
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"npm's audit is not complete ({error!r})", where=names.AUDIT) from error
    text = "the registry knows nothing of a vulnerability that everybody knows, so its silence means nothing"
    missed = () if known["vulnerabilities"] else (Problem(code="control-missed", text=text),)
    return Reading(looked_at=(LookedAt(what="packages audited", count=count),), findings=found, problems=missed)


def _audited(outputs: Outputs, name: str) -> Mapping[str, Any]:
    data = outputs.json(name)
    if not isinstance(data, dict):
        raise ReadError("npm's audit is not an object", where=name)
    if "metadata" not in data or "vulnerabilities" not in data:
        said = data.get("message") or "it wrote no report"
        raise ReadError(
            f"npm audit has no answer of the registry: {said}",
            where=name,
            hint="use a registry that serves advisories, or say audit = false in [gates.frontend]",
        )
    return data


def _vulnerabilities(entries: Any, context: ReadContext) -> Iterator[Finding]:
    lock = folder.lock(context.check)
    for entry in entries:
        # A text names another vulnerable package, through which this one is affected: it has an entry of its own.
        for via in (one for one in entry["via"] if not isinstance(one, str)):
            yield Finding(
                rule=_advisory(via),
                tool="npm audit",
                message=f"{entry['name']} {via['range']}: {via['title']}",
                severity=_SEVERITIES.get(via["severity"], Severity.UNKNOWN),
                place=Place(path=lock),
                subject=f"{entry['name']} {_advisory(via)}",
                url=via.get("url") or "",
                fix="npm audit fix" if entry.get("fixAvailable") else "",
            )


def _advisory(via: Mapping[str, Any]) -> str:
    """Return the advisory's own name, which ends its address ("GHSA-…"), else the registry's number."""
    name = str(via.get("url") or "").rstrip("/").rpartition("/")[2]
    return name if name.startswith("GHSA-") else f"npm-{via['source']}"
