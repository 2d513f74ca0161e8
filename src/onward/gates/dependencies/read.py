"""pip-audit's report, beside the records it came from: findings with severities, and what was audited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers.advisories import CONTROL_IDS, MAX_AGE, severity

# End of life of Python versions, as published with each version's release schedule.
END_OF_LIFE = {
    "3.8": date(2024, 10, 7),
    "3.9": date(2025, 10, 31),
    "3.10": date(2026, 10, 31),
    "3.11": date(2027, 10, 31),
    "3.12": date(2028, 10, 31),
    "3.13": date(2029, 10, 31),
    "3.14": date(2030, 10, 31),
}


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Return a finding for each vulnerability of a dependency, and how many dependencies were really audited."""
    installed, advisories = outputs.json("installed.json"), outputs.json("advisories.json")
    try:
        packages = installed["packages"]
        audited = [one for one in outputs.json("audit.json")["dependencies"] if "vulns" in one]
        skipped = [one for one in outputs.json("audit.json")["dependencies"] if "vulns" not in one]
        findings = tuple(_findings(audited, advisories["records"]))
        problems = (*_control(outputs), *_age(advisories, context), *(_skipped(one) for one in skipped))
        notes = (*_not_audited(context, advisories["today"]), *_undetermined(advisories["undetermined"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"the audit is not shaped as expected ({error!r})", where="audit.json") from error
    return Reading(
        looked_at=(LookedAt(what="dependencies audited", count=len(audited), expected=len(packages)),),
        findings=findings,
        measures=tuple(_measures(advisories)),
        problems=problems,
        notes=notes,
    )


def _findings(audited: Iterable[Mapping[str, Any]], records: Mapping[str, Any]) -> Iterator[Finding]:
    for dependency in audited:
        name, version = dependency["name"], dependency["version"]
        for vuln in dependency["vulns"]:
            aliases = vuln.get("aliases", [])
            rule = next((alias for alias in aliases if alias.startswith("CVE-")), vuln["id"])
            fixes = vuln.get("fix_versions", [])
            yield Finding(
                rule=rule,
                tool="pip-audit",
                message=f"{name} {version}: {_first_sentence(vuln, records)}",
                severity=severity(records.get(vuln["id"])),
                subject=f"{name} {version}",
                url=f"https://osv.dev/vulnerability/{vuln['id']}",
                fix=f"upgrade {name} to {', '.join(fixes)}" if fixes else f"no fixed version of {name} is known",
            )


def _first_sentence(vuln: Mapping[str, Any], records: Mapping[str, Any]) -> str:
    summary = records.get(vuln["id"], {}).get("summary") or vuln.get("description") or vuln["id"]
    line = str(summary).strip().splitlines()[0]
    return line if len(line) <= 200 else line[:199] + "…"


def _control(outputs: Outputs) -> Iterator[Problem]:
    """The source must know what is known of an old jinja2, else its silence means nothing."""
    found: set[str] = set()
    for dependency in outputs.json("control.json")["dependencies"]:
        for vuln in dependency.get("vulns", ()):
            found |= {vuln["id"], *vuln.get("aliases", ())}
    missed = sorted(CONTROL_IDS["PyPI"] - found)
    if missed:
        yield Problem(
            code="control-missed", text=f"the source of advisories does not know {', '.join(missed)} of jinja2 2.4"
        )


def _age(advisories: Mapping[str, Any], context: ReadContext) -> Iterator[Problem]:
    limit, age = context.check.settings.number(MAX_AGE), advisories["age_days"]
    if age is not None and limit is not None and age * 86_400 > limit:
        text = f"the imported advisories are {age:.0f} days old, {limit / 86_400:.0f} are allowed"
        yield Problem(code="advisories-too-old", text=text)


def _skipped(dependency: Mapping[str, Any]) -> Problem:
    text = f"{dependency['name']} was not audited: {dependency.get('skip_reason', 'no reason given')}"
    return Problem(code="dependency-skipped", text=text)


def _measures(advisories: Mapping[str, Any]) -> Iterator[Measure]:
    if advisories["age_days"] is not None:
        value = round(advisories["age_days"], 1)
        yield Measure(name="advisories.age", value=value, unit="days", better=Better.LOWER)


def _not_audited(context: ReadContext, today: str) -> Iterator[str]:
    for python in context.check.pipeline.pythons:
        ended = END_OF_LIFE.get(python)
        gone = ended is not None and ended < date.fromisoformat(today)
        if python != context.check.python:
            end = f"; Python {python} has had no security fixes since {ended}" if gone else ""
            yield f"the environment for Python {python} is not what is deployed and was not audited{end}"
        elif gone:
            yield f"Python {python}, which is deployed, has had no security fixes since {ended}"


def _undetermined(undetermined: Mapping[str, list[str]]) -> Iterator[str]:
    for name, ids in sorted(undetermined.items()):
        yield f"{name}: {', '.join(ids)} name no versions, so nobody can say whether they apply"
