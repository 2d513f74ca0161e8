"""GitHub Actions: the step summary in Markdown, and annotations as workflow commands."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Iterator

from onward.model.document import Document, FindingEntry, GateEntry, StepEntry
from onward.model.verdict import Verdict
from onward.report import gate_view, text
from onward.report.context import NO_CONTEXT, ReportContext

SUMMARY_LIMIT = 1024 * 1024
ANNOTATIONS_A_TYPE = 10
SHOWN = 50
_SIGNS = {
    Verdict.PASSED: ":white_check_mark:",
    Verdict.FAILED: ":x:",
    Verdict.UNVERIFIED: ":grey_question:",
    Verdict.NOT_RUN: ":heavy_minus_sign:",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~@$:])")
_CUT = "\n_Truncated: a step summary holds 1 MiB. The other reports are complete._\n"


def render(document: Document, context: ReportContext = NO_CONTEXT) -> str:
    """Return the step summary, cut between sections when it would be larger than GitHub takes."""
    space = SUMMARY_LIMIT - len(_CUT.encode())
    parts: list[str] = []
    for part in _sections(document, context):
        space -= len(part.encode())
        if space < 0:
            return "".join(parts) + _CUT
        parts.append(part)
    return "".join(parts)


def commands(document: Document) -> tuple[str, ...]:
    """Return workflow commands: errors for what blocks and what nobody knows, notices for what is tolerated.

    GitHub shows ten of a type and drops the others in silence, so the tenth says how many there are.
    """
    errors = [_of_gate(gate) for gate in document.gates if gate.verdict is Verdict.UNVERIFIED]
    notices = []
    for gate in document.gates:
        found = gate_view.sort(gate)
        errors += [_of_finding("error", gate, finding, document) for finding in found.blocking]
        if gate.verdict is Verdict.FAILED and not found.blocking:
            errors.append(_of_gate(gate))
        notices += [_of_finding("notice", gate, finding, document) for finding in found.tolerated]
    if document.error is not None:
        errors.insert(0, _command("error", document.error.message, title=f"onward: {document.error.kind}"))
    return (*_limited("error", errors), *_limited("notice", notices))


def rooted(path: str, document: Document) -> str:
    """Return `path` from the root of the git work tree, where findings have it from the project's."""
    return posixpath.normpath(posixpath.join(document.prefix or "", path))


def _limited(kind: str, commands: list[str]) -> Iterable[str]:
    if len(commands) <= ANNOTATIONS_A_TYPE:
        return commands
    rest = len(commands) - ANNOTATIONS_A_TYPE + 1
    return [*commands[: ANNOTATIONS_A_TYPE - 1], _command(kind, f"{rest} more are in the step summary", title="onward")]


def _of_gate(gate: GateEntry) -> str:
    return _command("error", gate.reason.text, title=f"onward: {gate.gate} {text.WORDS[gate.verdict]}")


def _of_finding(kind: str, gate: GateEntry, finding: FindingEntry, document: Document) -> str:
    spot = {}
    if finding.path is not None and finding.commit is None:
        spot["file"] = rooted(finding.path, document)
        spot |= _lines(finding)
    needs_subject = finding.path is None and finding.subject and finding.subject not in finding.message
    message = f"{finding.subject}: {finding.message}" if needs_subject else finding.message
    return _command(
        kind, message, **spot, title=text.one_line(f"{gate.gate}: {finding.rule} ({finding.severity})", 250)
    )


def _lines(finding: FindingEntry) -> dict[str, str]:
    if finding.line is None:
        return {}
    end = max(finding.line, finding.end_line or finding.line)
    spot = {"line": str(finding.line), "endLine": str(end)}
    if finding.column is not None and end == finding.line:
        spot["col"] = str(finding.column)
        spot["endColumn"] = str(max(finding.column, finding.end_column or finding.column))
    return spot


def _command(kind: str, message: str, **properties: str) -> str:
    told = ",".join(f"{name}={_property(text.visible(value))}" for name, value in properties.items())
    return f"::{kind} {told}::{_data(text.visible(text.clip(message, 4000)))}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _sections(document: Document, context: ReportContext) -> Iterator[str]:
    counts = ", ".join(f"{count} {text.WORDS[verdict]}" for verdict, count in gate_view.tally(document))
    facts = [counts, text.duration(document.duration_s), f"profile {document.profile}" if document.profile else ""]
    if document.prefix:
        facts.append(f"in {document.prefix}")
    yield f"## {_SIGNS[document.verdict]} onward: {text.WORDS[document.verdict]}\n\n"
    yield _md(" · ".join(fact for fact in facts if fact)) + "\n\n"
    if document.error is not None:
        error = document.error
        yield f"> **{_md(error.kind)}**: {_md(error.message)} {_md(error.where)} {_md(error.hint)}\n\n"
    if document.gates:
        yield "| gate | verdict | looked at | reason |\n| --- | --- | --- | --- |\n"
        for gate in document.gates:
            yield _row(gate)
    for reason, steps in gate_view.idle_steps(document):
        yield f"\nnot run: {', '.join(f'`{step}`' for step in steps)}: {_md(reason)}\n"
    for gate in document.gates:
        if gate.verdict in {Verdict.FAILED, Verdict.UNVERIFIED}:
            yield from _details(document, gate, context)
    for note in (*document.notes, *(f"can tighten: {chance}" for chance in document.tighten)):
        yield f"\n_{_md(note)}_\n"


def _row(gate: GateEntry) -> str:
    looked = text.looked_at(gate.looked_at)
    verdict = f"{_SIGNS[gate.verdict]} {text.WORDS[gate.verdict]}"
    return f"| {_md(gate.gate)} | {verdict} | {_md(looked)} | {_md(gate.reason.text)} |\n"


def _details(document: Document, gate: GateEntry, context: ReportContext) -> Iterator[str]:
    yield f"\n### {_md(gate.title)}: {text.WORDS[gate.verdict]}\n\n{_md(gate.reason.text, 2000)}\n\n"
    found = gate_view.sort(gate)
    for finding in found.blocking[:SHOWN]:
        where = text.place(finding)
        if finding.path is not None and document.prefix:
            where = f"{document.prefix}/{where}"
        yield f"- **{_md(where or finding.rule)}** {finding.severity} {_md(finding.rule)}: {_md(finding.message, 600)}\n"
    if len(found.blocking) > SHOWN:
        yield f"- and {len(found.blocking) - SHOWN} more\n"
    broken = [measure for measure in gate.measures if measure.holds is False]
    for measure in broken:
        what = f"{measure.name} {measure.scope}".strip()
        yield f"- {_md(what)}: **{_md(text.amount(measure))}**, {_md(text.limit(measure))}\n"
    for step in gate_view.steps_of(document, gate):
        if step.verdict is Verdict.UNVERIFIED and step.log_tail:
            yield _log(step)
    how = gate_view.section(context.guides.get(gate.gate, ""), "How to fix")
    if how:
        yield f"\n<details><summary>How to fix</summary>\n\n{how}\n\n</details>\n"
    yield f"\nRerun just this: `onward run {gate.gate}`\n"


def _log(step: StepEntry) -> str:
    """Return the end of a step's log, folded away; within `pre` Markdown is not looked for."""
    told = html.escape(text.visible(step.log_tail), quote=False)
    return f"\n<details><summary>End of the log of {_md(step.id)}</summary>\n\n<pre>\n{told}\n</pre>\n\n</details>\n"


def _md(words: str, limit: int = 300) -> str:
    """Return foreign `words` as one line that Markdown, HTML and tables leave alone."""
    return _MARKDOWN.sub(r"\\\1", html.escape(text.one_line(words, limit), quote=False))
