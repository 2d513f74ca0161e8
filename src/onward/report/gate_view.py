"""How things stand in a document: findings by what they mean, counts, what to read of a guide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from onward.model.document import Document, FindingEntry, GateEntry, StepEntry
from onward.model.verdict import Status, Verdict

_ITEM = re.compile(r"\s*([-*]|\d+\.) |    ")
_ORDER = (Verdict.FAILED, Verdict.UNVERIFIED, Verdict.PASSED, Verdict.NOT_RUN)


class Sorted(NamedTuple):
    """A gate's findings: those that block, those that are new but tolerated, and the others, each worst first."""

    blocking: tuple[FindingEntry, ...]
    tolerated: tuple[FindingEntry, ...]
    others: tuple[FindingEntry, ...]


def sort(gate: GateEntry) -> Sorted:
    """Return the findings of `gate` by what they mean for its verdict."""
    return Sorted(
        worst_first(finding for finding in gate.findings if finding.blocks),
        worst_first(finding for finding in gate.findings if finding.status is Status.NEW and not finding.blocks),
        worst_first(finding for finding in gate.findings if finding.status is not Status.NEW),
    )


def worst_first(findings: Iterable[FindingEntry]) -> tuple[FindingEntry, ...]:
    """Return findings by severity, then by place."""
    return tuple(sorted(findings, key=lambda each: (-each.severity.rank, each.path or "~", each.line or 0, each.rule)))


def tally(document: Document) -> tuple[tuple[Verdict, int], ...]:
    """Return how many gates have each verdict, the worst first, those without any left out."""
    counts = Counter(gate.verdict for gate in document.gates)
    return tuple((verdict, counts[verdict]) for verdict in _ORDER if counts[verdict])


def statuses(findings: Iterable[FindingEntry]) -> tuple[tuple[Status, int], ...]:
    """Return how many findings stand how, in the order of the enumeration."""
    counts = Counter(finding.status for finding in findings)
    return tuple((status, counts[status]) for status in Status if counts[status])


def steps_of(document: Document, gate: GateEntry) -> tuple[StepEntry, ...]:
    """Return the steps of `gate` in the order of the plan."""
    return tuple(step for step in document.steps if step.id in gate.steps)


def grouped(gates: Sequence[GateEntry]) -> tuple[list[GateEntry], list[tuple[str, list[GateEntry]]]]:
    """Return gates that deserve a line each, and those that were not run for one and the same reason."""
    idle: dict[str, list[GateEntry]] = {}
    for gate in gates:
        if gate.verdict is Verdict.NOT_RUN:
            idle.setdefault(gate.reason.text, []).append(gate)
    alike = {reason: each for reason, each in idle.items() if len(each) > 1}
    return [gate for gate in gates if gate.verdict is not Verdict.NOT_RUN or gate.reason.text not in alike], [
        *alike.items()
    ]


def idle_steps(document: Document) -> list[tuple[str, list[str]]]:
    """Return the steps that were not run in gates of which others were, by their reason."""
    run = {step.gate for step in document.steps if step.verdict is not Verdict.NOT_RUN}
    found: dict[str, list[str]] = {}
    for step in document.steps:
        if step.verdict is Verdict.NOT_RUN and step.gate in run:
            found.setdefault(step.reason.text, []).append(step.id)
    return [*found.items()]


def reflow(markdown: str) -> list[str]:
    """Return the text of a guide with one line a paragraph or list item; code stays line by line, without its fences."""
    lines: list[str] = []
    in_code = open_ = False
    for line in markdown.splitlines():
        if line.lstrip().startswith("```"):
            in_code, open_ = not in_code, False
        elif in_code or not line.strip():
            lines.append("  " + line if in_code else "")
            open_ = False
        elif open_ and not _ITEM.match(line):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
            open_ = True
    return lines


def section(guide: str, heading: str) -> str:
    """Return what a guide says under `## heading`, empty when it says nothing."""
    lines = guide.splitlines()
    if f"## {heading}" not in lines:
        return ""
    start = lines.index(f"## {heading}") + 1
    end = next((at for at in range(start, len(lines)) if lines[at].startswith("## ")), len(lines))
    return "\n".join(lines[start:end]).strip()
