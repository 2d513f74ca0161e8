"""Evidence and rulings as entries of the document (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from onward.model.document import FindingEntry, GateEntry, MeasureEntry, ServiceEntry
from onward.model.evidence import Evidence, LookedAt, ServiceUse
from onward.model.finding import Finding
from onward.model.measure import Measure
from onward.model.verdict import GateResult, Ruling, Status
from onward.record import standing
from onward.record.standing import Spot


def gate(result: GateResult, *, steps: tuple[str, ...], evidence: Mapping[str, Evidence]) -> GateEntry:
    """Return a judged gate as its entry; what its judgement speaks of is looked up in the evidence."""
    return GateEntry(
        gate=result.gate,
        verdict=result.verdict,
        reason=result.reason,
        steps=steps,
        measures=tuple(
            measure(value, limit=judged.limit, limit_from=judged.limit_from)
            for value, judged in standing.measures(result, evidence)
        ),
        findings=tuple(_finding(found, ruling) for found, ruling in standing.findings(result, evidence)),
    )


def looked_at(evidence: Iterable[Evidence]) -> tuple[LookedAt, ...]:
    """Return what the steps of a gate looked at together, what is expected added up likewise."""
    sums: dict[str, LookedAt] = {}
    for looked in (looked for one in evidence if one.skipped is None for looked in one.looked_at):
        before = sums.get(looked.what)
        if before is None:
            sums[looked.what] = looked
            continue
        expected = [value for value in (before.expected, looked.expected) if value is not None]
        sums[looked.what] = LookedAt(
            what=looked.what, count=before.count + looked.count, expected=sum(expected) if expected else None
        )
    return tuple(sums.values())


def tolerated(result: GateResult) -> frozenset[int]:
    """Return the positions of new findings that policy lets pass."""
    return frozenset(
        position for position, ruling in enumerate(result.rulings) if ruling.status is Status.NEW and not ruling.blocks
    )


def measure(value: Measure, *, limit: float | None = None, limit_from: str = "") -> MeasureEntry:
    """Return a measure as its entry, beside its limit where it was held against one."""
    return MeasureEntry(
        name=value.name,
        scope=value.scope,
        value=value.value,
        unit=value.unit,
        better=value.better,
        limit=limit,
        limit_from=limit_from or None,
    )


def service(use: ServiceUse) -> ServiceEntry:
    """Return a service that ran as its entry."""
    return ServiceEntry(name=use.name, asked=use.asked, ran=use.ran, provider=use.provider)


def notes(evidence: Evidence) -> tuple[str, ...]:
    """Return what a step and its services noted."""
    return evidence.notes + tuple(f"{use.name}: {note}" for use in evidence.services for note in use.notes)


def step_findings(evidence: Evidence, ruled: Mapping[Spot, Ruling]) -> tuple[FindingEntry, ...]:
    """Return a step's findings with the standing that the gate's ruling gave them; `new` where there is none."""
    return tuple(_finding(found, ruled.get((evidence.step, index))) for index, found in enumerate(evidence.findings))


def _finding(finding: Finding, ruling: Ruling | None) -> FindingEntry:
    place = finding.place
    return FindingEntry(
        rule=finding.rule,
        tool=finding.tool,
        message=finding.message,
        severity=finding.severity,
        subject=finding.subject or None,
        path=place.path,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        commit=place.commit,
        fingerprint=finding.fingerprint,
        status=ruling.status if ruling else Status.NEW,
        waiver=ruling.waiver if ruling else None,
        url=finding.url or None,
        fix=finding.fix or None,
    )
