"""From osv-scanner's matches to findings, and of which ecosystems it has shown to know anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from onward.gates.container.database import age
from onward.gates.container.images import Image, of_each
from onward.gates.container.shapes import Ecosystem, Match, Matches
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers.decode import decode

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SCORES = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
_WORDS = {"moderate": "medium", "none": "info", "unimportant": "info"}


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the matches; an ecosystem whose control was not found was not looked at."""
    return of_each(context.check, lambda image: _matched(outputs, context, image))


def _matched(outputs: Outputs, context: ReadContext, image: Image) -> Reading:
    data = decode(outputs, image.called("osv.json"), Matches)
    parts = data.ecosystems
    total = sum(part.packages for part in parts)
    covered = sum(part.packages for part in parts if part.control)
    ages = [age(entry.age_days, data.source, context, name=f"OSV's {entry.ecosystem}") for entry in parts]
    unknown = tuple(_unknown(part, image) for part in parts if not part.control)
    looked = LookedAt(what=image.about("packages scanned by osv-scanner"), count=covered, expected=max(1, total))
    return Reading(
        looked_at=(looked,),
        findings=tuple(_findings(parts, image)),
        measures=tuple(measure for measures, _ in ages for measure in measures),
        problems=(*unknown, *(problem for _, problems in ages for problem in problems)),
        notes=(f"OSV data: {data.source}",),
    )


def _unknown(part: Ecosystem, image: Image) -> Problem:
    text = (
        f"osv-scanner has no data on {part.ecosystem}: a package that is known to be vulnerable was not found, "
        f"so its empty result for {image.about(str(part.packages) + ' packages')} proves nothing"
    )
    return Problem(code="control-missed", text=text)


def _findings(parts: Iterable[Ecosystem], image: Image) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for entry in (entry for part in parts for entry in part.found):
        rule = next((aliase for aliase in entry.aliases if aliase.startswith("CVE-")), entry.id)
        package = f"{entry.name} {entry.version}"
        if (rule, package) not in seen:
            seen.add((rule, package))
            yield _finding(entry, rule, package, image)


def _finding(entry: Match, rule: str, package: str, image: Image) -> Finding:
    fixes = ", ".join(entry.fixed)
    return Finding(
        rule=rule,
        tool="osv-scanner",
        message=f"{package}: {entry.summary}",
        severity=_severity(entry),
        place=Place(path=image.dockerfile),
        subject=image.about(package),
        url=f"https://osv.dev/vulnerability/{entry.id}",
        fix=f"upgrade {entry.name} to {fixes}" if fixes else f"no fixed version of {entry.name} is known",
    )


def _severity(entry: Match) -> Severity:
    """Return the severity by score, else by the record's own word, else unknown."""
    if _NUMBER.fullmatch(entry.score):
        return next((word for least, word in _SCORES if float(entry.score) >= least), Severity.INFO)
    word = _WORDS.get(entry.word.lower(), entry.word.lower())
    return Severity(word) if word in tuple(Severity) else Severity.UNKNOWN
