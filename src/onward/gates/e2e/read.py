"""What the e2e gate concludes from the journeys, and from what their pages did on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from onward.gates.e2e import read_node
from onward.gates.e2e.shapes import Control, Seen, Watched
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers import decode, tests

CONTROL = "control.json"
NOTES = "journeys.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    severity: Severity
    says: str


_RULES = {
    "page-error": _Rule(severity=Severity.HIGH, says="a script fails on {page}: {text}"),
    "page-crash": _Rule(severity=Severity.HIGH, says="the page {page} crashes"),
    "server-error": _Rule(severity=Severity.HIGH, says="{page}: {text}"),
    "missing-part": _Rule(severity=Severity.MEDIUM, says="a page cannot load {page}: {text}"),
    "unlabelled-field": _Rule(severity=Severity.MEDIUM, says="a form field on {page} has no name: {text}"),
}
_LINES: dict[str, type[Seen | Watched]] = {"watched": Watched, **dict.fromkeys(_RULES, Seen)}


def read(outputs: Outputs, _: ReadContext) -> Reading:
    """Return what pytest reports, once the browser has shown that it works and a page of the application has been seen."""
    return _seen(outputs, lambda: tests.reading(tests.read(outputs), expected=None, config_findings=False))


def read_playwright(outputs: Outputs, context: ReadContext) -> Reading:
    """Return what `@playwright/test` reports, under the same conditions."""
    return _seen(outputs, lambda: read_node.reading(outputs, context))


def _seen(outputs: Outputs, reported: Callable[[], Reading]) -> Reading:
    control = decode.decode(outputs, CONTROL, Control)
    if not control.worked:
        return _blind(Problem(code="browser", text=f"the browser does not work: {control.why}"), ())
    found = reported()
    lines = decode.lines(outputs, NOTES, _LINES, end="watched")
    watched = [line for line in lines if isinstance(line, Watched)]
    loaded = sum(line.loaded for line in watched)
    looked_at = (
        replace(found.looked_at[0], what="journeys taken"),
        LookedAt(what="pages opened", count=sum(line.pages for line in watched)),
        LookedAt(what="documents loaded", count=loaded),
    )
    notes = (f"Chromium {control.browser}, Playwright {control.playwright}", *found.notes)
    if found.findings and not loaded and not found.problems:
        problem = Problem(code="no-page", text=f"no page was loaded; {found.findings[0].message.splitlines()[0]}")
        return replace(_blind(problem, notes), looked_at=looked_at, tests=found.tests)
    return replace(
        found,
        looked_at=looked_at,
        findings=(*found.findings, *_findings(line for line in lines if isinstance(line, Seen))),
        notes=notes,
    )


def _blind(problem: Problem, notes: tuple[str, ...]) -> Reading:
    return Reading(looked_at=(LookedAt(what="documents loaded", count=0),), problems=(problem,), notes=notes)


def _findings(lines: Iterable[Seen]) -> Iterator[Finding]:
    """Yield each thing once, with the first journey that came across it."""
    seen: set[tuple[str, str]] = set()
    for line in lines:
        kind, page, text = line.kind, _page(line.url), _without_origin(line.text)
        subject = f"{_steady(page)} {_steady(text) if kind == 'page-error' else text}".rstrip()
        if (kind, subject) in seen:
            continue
        seen.add((kind, subject))
        path = line.journey.partition("::")[0]
        yield Finding(
            rule=kind,
            tool="chromium",
            message=f"{_RULES[kind].says.format(page=page, text=text)} (seen by {line.journey})",
            severity=_RULES[kind].severity,
            place=Place(path=path or None),
            subject=subject,
        )


def _page(url: str) -> str:
    """Return the path of an address, which says the same on every port; what was never loaded has none."""
    return urlsplit(url).path if url.startswith(("http://", "https://")) else "a page without address"


def _without_origin(text: str) -> str:
    return re.sub(r"https?://(?:127\.0\.0\.1|localhost):\d+", "", text)


def _steady(text: str) -> str:
    """Return `text` without what differs from run to run: numbers, and the digests in names of built files."""
    return re.sub(r"\d+", "N", re.sub(r"-[\w-]{8}(?=\.\w+\b)", "", text))
