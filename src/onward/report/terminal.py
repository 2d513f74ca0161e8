"""The final report of a run as text for a terminal of any width, with or without colour."""

from __future__ import annotations

from collections.abc import Iterator

from onward.model.document import Document, ErrorEntry, FindingEntry, GateEntry, StepEntry
from onward.model.verdict import Verdict
from onward.report import gate_view, text, timeline
from onward.report.context import NO_CONTEXT, ReportContext
from onward.report.style import BOLD, DIM, PLAIN, STACKED_BELOW, TerminalStyle, colour_of

SHOWN = 10
LOG_LINES = 5
_Row = tuple[GateEntry, tuple[str, str, str, str]]


def render(document: Document, context: ReportContext = NO_CONTEXT, style: TerminalStyle = PLAIN) -> str:
    """Return the whole report: one table, then each gate that did not pass, then the conclusion in one line."""
    parts = [_heading(document, style)]
    if document.error is not None:
        parts.append(_error(document.error, style))
    if document.gates:
        parts.append(_overview(document, style))
    parts.extend(_gate(document, gate, context, style) for gate in document.gates if _wants_words(gate))
    parts.append(_notes(document, style))
    parts.append(_conclusion(document, style))
    return "\n\n".join(part for part in ("\n".join(lines) for lines in parts) if part) + "\n"


def finding_lines(finding: FindingEntry, style: TerminalStyle) -> Iterator[str]:
    """Yield a finding as lines: where, how severe, which rule; then what, and the fix where the tool knows one."""
    where = text.one_line(text.place(finding), 200)
    head = " ".join(part for part in (where, str(finding.severity), text.one_line(finding.rule, 80)) if part)
    yield from style.wrap(head, 2)
    message = text.clip(text.visible(finding.message).strip(), 400).split("\n")
    for line in message[:8]:
        yield from style.wrap(line, 4)
    if finding.fix:
        yield from style.wrap("fix: " + text.one_line(finding.fix), 4)


def _wants_words(gate: GateEntry) -> bool:
    """Return whether there is more to say on a gate; of those that an early end left open there is not."""
    return gate.verdict in {Verdict.FAILED, Verdict.UNVERIFIED} and gate.reason.code != "unfinished"


def _heading(document: Document, style: TerminalStyle) -> Iterator[str]:
    revision = document.revision
    words = ["onward " + document.onward, document.profile, document.prefix, revision.branch]
    if revision.head:
        words.append(revision.head[:9] + (" with uncommitted changes" if revision.dirty else ""))
    for line in style.wrap(style.join(words), 0):
        yield style.paint(line, BOLD)


def _error(error: ErrorEntry, style: TerminalStyle) -> Iterator[str]:
    first, *rest = text.visible(error.message).split("\n")
    for line in style.wrap(f"error: {first}", 0):
        yield style.paint(line, colour_of(Verdict.FAILED))
    for line in rest:
        yield from style.wrap(line, 2)
    if error.where:
        yield from style.wrap("where: " + text.one_line(error.where), 2)
    if error.hint:
        yield from style.wrap("next:  " + text.one_line(error.hint), 2)


def _cells(document: Document, gate: GateEntry) -> tuple[str, str, str, str]:
    spent = timeline.busy(gate_view.steps_of(document, gate))
    looked = text.looked_at(gate.looked_at)
    # "holds" means that what was looked at is the whole reason, and that has a column of its own.
    why = "" if looked and gate.reason.code == "holds" else text.one_line(gate.reason.text, 160)
    if gate.verdict is Verdict.PASSED:
        debts = (f"{count} {status}" for status, count in gate_view.statuses(gate.findings))
        why = ", ".join(part for part in (why, *debts) if part)
    return text.WORDS[gate.verdict], looked, text.duration(spent) if spent else "", why


def _overview(document: Document, style: TerminalStyle) -> Iterator[str]:
    alone, alike = gate_view.grouped(document.gates)
    rows = [(gate, _cells(document, gate)) for gate in alone]
    names = max([4, *(text.cells(text.one_line(gate.gate, 24)) for gate, _ in rows)])
    looks = min(max([9, *(text.cells(cells[1]) for _, cells in rows)]), style.width // 4)
    space = style.width - names - looks - 32
    as_table = style.width >= STACKED_BELOW and space >= 16
    yield from _table(rows, style, widths=(names, looks, space)) if as_table else _stack(rows, style)
    by_reason = [(reason, [text.one_line(gate.gate, 24) for gate in gates]) for reason, gates in alike]
    for reason, idle in (*by_reason, *gate_view.idle_steps(document)):
        words = f"{style.symbol(Verdict.NOT_RUN)} not run: {', '.join(idle)}: {text.one_line(reason)}"
        yield from (style.paint(line, colour_of(Verdict.NOT_RUN)) for line in style.wrap(words, 0))


def _table(rows: list[_Row], style: TerminalStyle, *, widths: tuple[int, int, int]) -> Iterator[str]:
    names, looks, space = widths
    head = f"  {text.pad('gate', names)}  {'verdict':10}  {text.pad('looked at', looks)}  {'time':>12}  reason"
    yield style.paint(head, DIM)
    for gate, (verdict, looked, spent, reason) in rows:
        first = f"{style.symbol(gate.verdict)} {text.pad(text.one_line(gate.gate, 24), names)}  {verdict:10}"
        columns = [text.wrap(looked, looks), text.wrap(reason, space)]
        for at in range(max(len(column) for column in columns)):
            look, why = (column[at] if at < len(column) else "" for column in columns)
            start = style.paint(first, colour_of(gate.verdict)) if at == 0 else " " * (names + 14)
            yield f"{start}  {text.pad(look, looks)}  {spent if at == 0 else '':>12}  {why}".rstrip()


def _stack(rows: list[_Row], style: TerminalStyle) -> Iterator[str]:
    for gate, (verdict, looked, spent, reason) in rows:
        head = f"{style.symbol(gate.verdict)} {text.one_line(gate.gate, 24)}: {verdict}" + (
            f", {spent}" if spent else ""
        )
        yield from (style.paint(line, colour_of(gate.verdict)) for line in style.wrap(head, 0))
        for words in (looked, reason):
            if words:
                yield from style.wrap(words, 2)


def _gate(document: Document, gate: GateEntry, context: ReportContext, style: TerminalStyle) -> Iterator[str]:
    head = f"{style.symbol(gate.verdict)} {gate.title}: {text.WORDS[gate.verdict]}"
    yield from (style.paint(line, f"{BOLD};{colour_of(gate.verdict)}") for line in style.wrap(text.one_line(head), 0))
    if not gate_view.sort(gate).blocking:
        yield from style.wrap(text.clip(gate.reason.text, 600), 2)
    for step in gate_view.steps_of(document, gate):
        if step.verdict is Verdict.UNVERIFIED:
            yield from _step(step, gate, context, style)
    for measure in gate.measures:
        if measure.holds is False:
            what = f"{measure.name} {measure.scope}".strip()
            yield from style.wrap(f"{text.one_line(what)}: {text.amount(measure)}, {text.limit(measure)}", 2)
    yield from _findings(gate, style)
    yield from _guide(gate, context, style)
    yield from style.wrap(f"rerun just this: onward run {gate.gate}", 2)


def _step(step: StepEntry, gate: GateEntry, context: ReportContext, style: TerminalStyle) -> Iterator[str]:
    if step.reason != gate.reason:
        yield from style.wrap(f"{text.one_line(step.id)}: {text.one_line(step.reason.text)}", 2)
    for artifact in step.artifacts:
        if artifact.kind == "log":
            yield from style.wrap(f"log: {text.one_line(context.folder + artifact.path)}", 4)
    for line in step.log_tail.splitlines()[-LOG_LINES:]:
        yield from style.wrap(text.one_line(line, 200), 6)


def _findings(gate: GateEntry, style: TerminalStyle) -> Iterator[str]:
    sorted_ = gate_view.sort(gate)
    for finding in sorted_.blocking[:SHOWN]:
        yield from finding_lines(finding, style)
    rest = len(sorted_.blocking) - SHOWN
    words = [f"{rest} more blocking"] if rest > 0 else []
    if sorted_.tolerated:
        words.append(f"{len(sorted_.tolerated)} new, below the blocking severity")
    words += [f"{count} {status}" for status, count in gate_view.statuses(sorted_.others)]
    if words:
        yield from style.wrap("besides: " + ", ".join(words), 2)


def _guide(gate: GateEntry, context: ReportContext, style: TerminalStyle) -> Iterator[str]:
    how = gate_view.section(context.guides.get(gate.gate, ""), "How to fix")
    if not how:
        return
    yield from (style.paint(line, BOLD) for line in style.wrap("How to fix", 2))
    for line in gate_view.reflow(how)[:20]:
        words = line.strip()
        yield from style.wrap(words, 4 + len(line) - len(line.lstrip())) if words else ("",)


def _notes(document: Document, style: TerminalStyle) -> Iterator[str]:
    for note in document.notes:
        yield from style.wrap("note: " + text.one_line(note, 600), 0)
    for chance in document.tighten:
        yield from style.wrap("can tighten: " + text.one_line(chance, 600), 0)


def _conclusion(document: Document, style: TerminalStyle) -> Iterator[str]:
    counts = ", ".join(f"{count} {text.WORDS[verdict]}" for verdict, count in gate_view.tally(document))
    words = [text.WORDS[document.verdict].upper(), counts, text.duration(document.duration_s)]
    if document.error is None:
        words.insert(1, document.reason.text)
    for line in style.wrap(style.join(words), 0):
        yield style.paint(line, f"{BOLD};{colour_of(document.verdict)}")
    if document.run is not None:
        yield from style.wrap(f"run {document.run}: onward show {document.run}", 0)
