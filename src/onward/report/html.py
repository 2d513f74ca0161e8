"""One self-contained HTML file: nothing is fetched, everything foreign is escaped, readable without scripts."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from onward.model.document import Document, FindingEntry, GateEntry, StepEntry
from onward.model.evidence import TestCase, TestOutcome
from onward.model.verdict import Verdict
from onward.report import gate_view, text, timeline
from onward.report.context import NO_CONTEXT, ReportContext

if TYPE_CHECKING:
    from jinja2 import Environment

SHOWN = 500
_TEMPLATES = Path(__file__).parent / "templates"
_FINE = {TestOutcome.PASSED, TestOutcome.XFAILED, TestOutcome.XPASSED}


def render(document: Document, context: ReportContext = NO_CONTEXT) -> str:
    """Return the report as one HTML page; artifacts are linked when `context.folder` leads to them."""
    page = _environment().get_template("report.html.jinja")
    script = (_TEMPLATES / "report.js").read_text(encoding="utf-8")
    return page.render(
        document=document,
        linked=bool(context.folder),
        line=timeline.draw(document),
        gates=[_gate(document, gate, context) for gate in document.gates],
        tally=gate_view.tally(document),
        style=(_TEMPLATES / "report.css").read_text(encoding="utf-8"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def link(finding: FindingEntry) -> str:
    """Return the finding's address when it is one of the web, else nothing."""
    url = finding.url or ""
    return url if url.startswith(("https://", "http://")) else ""


def moment(stamp: str | None) -> str:
    """Return an ISO 8601 time in UTC as people write it, to the second."""
    return f"{stamp[:10]} {stamp[11:19]} UTC" if stamp else ""


def _gate(document: Document, gate: GateEntry, context: ReportContext) -> dict[str, object]:
    steps = gate_view.steps_of(document, gate)
    found = gate_view.sort(gate)
    ordered = (*found.blocking, *found.tolerated, *found.others)
    return {
        "entry": gate,
        "saw": gate.verdict is not Verdict.NOT_RUN or any(step.verdict is not Verdict.NOT_RUN for step in steps),
        "steps": [_step(step, context) for step in steps],
        "looked_at": text.looked_at(gate.looked_at),
        "seconds": timeline.busy(steps),
        "findings": ordered[:SHOWN],
        "more": max(0, len(ordered) - SHOWN),
        "statuses": gate_view.statuses(gate.findings),
        "guide": "\n".join(gate_view.reflow(gate_view.section(context.guides.get(gate.gate, ""), "How to fix"))),
        "open": gate.verdict in {Verdict.FAILED, Verdict.UNVERIFIED},
    }


def _step(step: StepEntry, context: ReportContext) -> dict[str, object]:
    return {
        "entry": step,
        "tests": len(step.tests),
        "telling": [test for test in step.tests if test.outcome not in _FINE][:SHOWN],
        "slowest": _slowest(step.tests),
        "artifacts": [(artifact, context.folder + quote(artifact.path)) for artifact in step.artifacts],
    }


def _slowest(tests: tuple[TestCase, ...]) -> list[TestCase]:
    return sorted(tests, key=lambda test: -test.duration_s)[:5] if len(tests) > 20 else []


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # only this report needs it

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: text.visible(value) if type(value) is str else value,
    )
    environment.filters |= {
        "duration": text.duration,
        "amount": text.amount,
        "limit": text.limit,
        "place": text.place,
        "size": text.size,
        "looked_at": text.looked_at,
        "link": link,
        "moment": moment,
        "word": text.WORDS.__getitem__,
    }
    return environment
