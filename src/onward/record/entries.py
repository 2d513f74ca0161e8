"""Evidence and rulings as entries of the document (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from onward.errors import RecordError
from onward.model.document import FindingEntry, GateEntry, MeasureEntry, ServiceEntry
from onward.model.event import PlannedGate
from onward.model.evidence import Evidence, LookedAt, ServiceUse
from onward.model.finding import Finding
from onward.model.measure import Measure
from onward.model.verdict import FactPosition, GateResult, JudgedMeasure, Ruling, Status


def gate(planned: PlannedGate, result: GateResult, evidence: Mapping[str, Evidence]) -> GateEntry:
    """Return a judged gate as its entry; what its judgement speaks of is looked up in the evidence (else a RecordError)."""
    there = {**evidence, "": Evidence(step="", gate=planned.id, findings=result.own_findings)}
    try:
        measures = tuple(measure(there[each.step].measures[each.index], each) for each in result.measures)
        findings = tuple(_finding(there[each.step].findings[each.index], each) for each in result.rulings)
    except LookupError as error:
        raise RecordError(f"the result of gate {planned.id} refers to a finding that no step reported") from error
    return GateEntry(
        gate=planned.id,
        title=planned.title,
        verdict=result.verdict,
        reason=result.reason,
        steps=planned.steps,
        looked_at=_looked_at(evidence[step] for step in planned.steps if step in evidence),
        measures=measures,
        findings=findings,
    )


def _looked_at(evidence: Iterable[Evidence]) -> tuple[LookedAt, ...]:
    """Return what the steps of a gate looked at together, what is expected added up likewise."""
    sums: dict[str, LookedAt] = {}
    for looked in (looked for entry in evidence if entry.skipped is None for looked in entry.looked_at):
        before = sums.get(looked.what)
        if before is None:
            sums[looked.what] = looked
            continue
        expected = [value for value in (before.expected, looked.expected) if value is not None]
        sums[looked.what] = LookedAt(
            what=looked.what, count=before.count + looked.count, expected=sum(expected) if expected else None
        )
    return tuple(sums.values())


def measure(value: Measure, judged: JudgedMeasure | None = None) -> MeasureEntry:
    """Return a measure as its entry, beside its limit where it was held against one."""
    limit = judged.limit if judged else None
    return MeasureEntry(
        name=value.name,
        scope=value.scope,
        value=value.value,
        unit=value.unit,
        better=value.better,
        limit=limit,
        limit_from=judged.limit_from if judged and judged.limit_from else None,
        holds=judged.holds if judged and limit is not None else None,
    )


def service(use: ServiceUse) -> ServiceEntry:
    """Return a service that ran as its entry."""
    return ServiceEntry(name=use.name, asked=use.asked, ran=use.ran, provider=use.provider)


def notes(evidence: Evidence) -> tuple[str, ...]:
    """Return what a step and its services noted."""
    return evidence.notes + tuple(f"{use.name}: {note}" for use in evidence.services for note in use.notes)


def step_findings(evidence: Evidence, ruled: Mapping[FactPosition, Ruling]) -> tuple[FindingEntry, ...]:
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
        blocks=ruling is not None and ruling.blocks,
        waiver=ruling.waiver if ruling else None,
        url=finding.url or None,
        fix=finding.fix or None,
    )
