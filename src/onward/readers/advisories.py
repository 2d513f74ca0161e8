"""What an OSV service answered about locked packages: which are vulnerable, and whether its silence means anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from onward.guest.shared_shapes import Answer, Asked, Record, Vector
from onward.model.evidence import Problem
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import ReadContext
from onward.model.measure import Better, Measure
from onward.model.pipeline import Kind, Option

ASKED = "asked.json"
MAX_AGE = "advisories-max-age"
# What every OSV source has long known: jinja2 2.4 (PYSEC-2014-8 and others), lodash 4.17.20 (GHSA-35jh-r3h4-6jhm).
CONTROL_IDS = {
    "PyPI": frozenset({"CVE-2014-1402", "CVE-2016-10745", "CVE-2019-10906"}),
    "npm": frozenset({"CVE-2021-23337"}),
}
_DAY_S = 86_400
MAX_AGE_OPTION = Option(
    MAX_AGE,
    Kind.DURATION,
    30.0 * _DAY_S,
    "Maximum age of imported advisories; with older ones the gate is unverified.",
    minimum=1.0,
)
_WORDS = {"moderate": "medium", "none": "info"}


def severity(record: Record | None) -> Severity:
    """Return a record's severity: the worst of its CVSS scores, else its own word, else unknown."""
    if record is None:
        return Severity.UNKNOWN
    vectors = (*record.severity, *record.affected_severity)
    words = [word for vector in vectors if (word := _word(vector)) is not None]
    word = record.word.lower()
    if not words and word:
        words = [_WORDS.get(word, word)]
    known = [Severity(entry) for entry in words if entry in tuple(Severity)]
    return max(known, key=lambda entry: entry.rank, default=Severity.UNKNOWN)


def _word(vector: Vector) -> str | None:
    import cvss  # noqa: PLC0415  # only where an advisory is rated

    scores = {"CVSS_V2": cvss.CVSS2, "CVSS_V3": cvss.CVSS3, "CVSS_V4": cvss.CVSS4}
    scheme = scores.get(vector.type)
    if scheme is None:
        return None
    try:
        word = str(scheme(vector.score).severities()[0]).lower()
    except cvss.exceptions.CVSSError:  # a vector that nobody can rate
        return None
    return _WORDS.get(word, word)


def vulnerable(answers: Iterable[Answer], *, prefix: str = "", path: str | None = None) -> Iterator[Finding]:
    """Yield a finding for each record about each version; `prefix` begins the message, `path` is the lock it stands in.

    Two records of one flaw are one finding.
    """
    seen: set[tuple[str, str]] = set()
    for answer in answers:
        for record in answer.vulns:
            rule, subject = _identity(answer, record)
            if (rule, subject) not in seen:
                seen.add((rule, subject))
                message = f"{prefix}{answer.name} {answer.version}: {_sentence(record)}"
                yield _finding(record, rule, subject, message=message, path=path)


def _identity(one: Answer, record: Record) -> tuple[str, str]:
    """Return rule and subject as the ecosystem's own auditor names them, so that debts and waivers hold for both."""
    ids = (record.id, *record.aliases)
    if one.ecosystem == "npm":
        rule = next((name for name in ids if name.startswith("GHSA-")), record.id)
        return rule, f"{one.name} {rule}"
    rule = next((name for name in ids if name.startswith("CVE-")), record.id)
    return rule, f"{one.name} {one.version}"


def _finding(record: Record, rule: str, subject: str, *, message: str, path: str | None) -> Finding:
    return Finding(
        rule=rule,
        tool="osv",
        message=message,
        severity=severity(record),
        place=Place(path=path),
        subject=subject,
        url=f"https://osv.dev/vulnerability/{record.id}",
        fix=f"upgrade to a version with the fix: {', '.join(record.fixed)}"
        if record.fixed
        else "no fixed version exists yet",
    )


def _sentence(record: Record) -> str:
    return (record.summary or record.id).strip().splitlines()[0]


def problems(asked: Asked, context: ReadContext) -> Iterator[Problem]:
    """Yield why silence means nothing: a control that was missed, an ecosystem nobody holds, data that is too old."""
    found: dict[str, set[str]] = {}
    for control in asked.controls:
        found[control.ecosystem] = {name for record in control.vulns for name in (record.id, *record.aliases)}
    for ecosystem, names in found.items():
        if missed := sorted(CONTROL_IDS[ecosystem] - names):
            text = f"the source of {ecosystem} did not report {', '.join(missed)}, so an empty result proves nothing"
            yield Problem(code="control-missed", text=text)
    for ecosystem in {answer.ecosystem for answer in asked.answers} - found.keys():
        yield Problem(
            code="control-missed", text=f"the source of {ecosystem} was not tested with a known vulnerability"
        )
    for ecosystem in asked.unheld:
        text = (
            f"advisories are imported, but none for {ecosystem}, so its packages were not checked "
            f"(run `onward advisories import FILE` with OSV's archive for {ecosystem})"
        )
        yield Problem(code="advisories-absent", text=text)
    yield from _too_old(asked, found, context)


def _too_old(asked: Asked, ecosystems: Iterable[str], context: ReadContext) -> Iterator[Problem]:
    limit = context.check.settings.number(MAX_AGE)
    for ecosystem in ecosystems:
        age = asked.age_days.get(ecosystem)
        if age is not None and limit is not None and age * _DAY_S > limit:
            text = f"the imported advisories for {ecosystem} are {age:.0f} days old; the limit is {limit / _DAY_S:.0f}"
            yield Problem(code="advisories-too-old", text=text)


def undetermined(asked: Asked) -> tuple[str, ...]:
    """Return a note on each version of which the imported data cannot say whether some records speak of it."""
    return tuple(
        f"{subject}: onward cannot tell whether {', '.join(ids)} apply to this version"
        for subject, ids in sorted(asked.undetermined.items())
    )


def ages(asked: Asked) -> tuple[Measure, ...]:
    """Return how old the imported data is, by ecosystem; a live service has no age."""
    return tuple(
        Measure(name="advisories.age", value=round(age, 1), unit="days", better=Better.LOWER, scope=ecosystem)
        for ecosystem, age in sorted(asked.age_days.items())
    )
