"""pip-audit's report, beside the records it came from: findings with severities, and what was audited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

from onward.gates.dependencies.shapes import Installed
from onward.guest.shared_shapes import Advisories, Record
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers.advisories import CONTROL_IDS, MAX_AGE, severity
from onward.readers.decode import decode

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


class _Vulnerability(msgspec.Struct, frozen=True):
    id: str
    aliases: tuple[str, ...] = ()
    fix_versions: tuple[str, ...] = ()
    description: str = ""


class _Dependency(msgspec.Struct, frozen=True):
    """A dependency: without `vulns` it was not audited, and without a version nobody could."""

    name: str
    version: str = ""
    vulns: tuple[_Vulnerability, ...] | None = None
    skip_reason: str = "no reason given"


class _Audit(msgspec.Struct, frozen=True):
    dependencies: tuple[_Dependency, ...]


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Return a finding for each vulnerability of a dependency, and how many dependencies were really audited."""
    packages = decode(outputs, "installed.json", Installed).packages
    advisories = decode(outputs, "advisories.json", Advisories)
    dependencies = decode(outputs, "audit.json", _Audit).dependencies
    audited = [dependency for dependency in dependencies if dependency.vulns is not None]
    skipped = [_skipped(dependency) for dependency in dependencies if dependency.vulns is None]
    return Reading(
        looked_at=(LookedAt(what="dependencies audited", count=len(audited), expected=len(packages)),),
        findings=tuple(_findings(audited, advisories.records)),
        measures=tuple(_measures(advisories)),
        problems=(*_control(outputs), *_age(advisories, context), *skipped),
        notes=(*_not_audited(context, advisories.today), *_undetermined(advisories.undetermined)),
    )


def _findings(audited: Iterable[_Dependency], records: Mapping[str, Record]) -> Iterator[Finding]:
    for dependency in audited:
        name, version = dependency.name, dependency.version
        for vuln in dependency.vulns or ():
            fixes, record = ", ".join(vuln.fix_versions), records.get(vuln.id)
            yield Finding(
                rule=next((alias for alias in vuln.aliases if alias.startswith("CVE-")), vuln.id),
                tool="pip-audit",
                message=f"{name} {version}: {_first_sentence(vuln, record)}",
                severity=severity(record),
                subject=f"{name} {version}",
                url=f"https://osv.dev/vulnerability/{vuln.id}",
                fix=f"upgrade {name} to {fixes}" if fixes else f"no fixed version of {name} exists yet",
            )


def _first_sentence(vuln: _Vulnerability, record: Record | None) -> str:
    line = ((record and record.summary) or vuln.description or vuln.id).strip().splitlines()[0]
    return line if len(line) <= 200 else line[:199] + "…"


def _control(outputs: Outputs) -> Iterator[Problem]:
    """The source must know what is known of an old jinja2, else its silence means nothing."""
    found: set[str] = set()
    for dependency in decode(outputs, "control.json", _Audit).dependencies:
        for vuln in dependency.vulns or ():
            found |= {vuln.id, *vuln.aliases}
    missed = sorted(CONTROL_IDS["PyPI"] - found)
    if missed:
        yield Problem(
            code="control-missed", text=f"the advisory source did not report {', '.join(missed)} of jinja2 2.4"
        )


def _age(advisories: Advisories, context: ReadContext) -> Iterator[Problem]:
    limit, age = context.check.settings.number(MAX_AGE), advisories.age_days
    if age is not None and limit is not None and age * 86_400 > limit:
        text = f"the imported advisories are {age:.0f} days old; the limit is {limit / 86_400:.0f}"
        yield Problem(code="advisories-too-old", text=text)


def _skipped(dependency: _Dependency) -> Problem:
    text = f"{dependency.name} was not audited: {dependency.skip_reason}"
    return Problem(code="dependency-skipped", text=text)


def _measures(advisories: Advisories) -> Iterator[Measure]:
    if advisories.age_days is not None:
        value = round(advisories.age_days, 1)
        yield Measure(name="advisories.age", value=value, unit="days", better=Better.LOWER)


def _not_audited(context: ReadContext, today: date) -> Iterator[str]:
    for python in context.check.pipeline.pythons:
        ended = END_OF_LIFE.get(python)
        gone = ended is not None and ended < today
        if python != context.check.python:
            end = f"; Python {python} has had no security fixes since {ended}" if gone else ""
            yield f"the environment for Python {python} is not deployed, so it was not audited{end}"
        elif gone:
            yield f"Python {python}, which is deployed, has had no security fixes since {ended}"


def _undetermined(undetermined: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name, ids in sorted(undetermined.items()):
        yield f"{name}: {', '.join(ids)} name no versions, so onward cannot tell whether they apply"
