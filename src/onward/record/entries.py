"""Evidence and rulings as entries of the document (pure)."""

from __future__ import annotations

from onward.model.document import FindingEntry, GateEntry, MeasureEntry, ServiceEntry
from onward.model.evidence import Evidence, ServiceUse
from onward.model.finding import Finding, fingerprint
from onward.model.measure import Measure
from onward.model.verdict import GateResult, Ruling, Status


def gate(verdict: GateResult, *, steps: tuple[str, ...]) -> GateEntry:
    """Return a judged gate as its entry."""
    return GateEntry(
        gate=verdict.gate,
        verdict=verdict.verdict,
        reason=verdict.reason,
        steps=steps,
        measures=tuple(
            measure(each.measure, limit=each.limit, limit_from=each.limit_from) for each in verdict.measures
        ),
        findings=tuple(_ruled(ruling) for ruling in verdict.rulings),
    )


def tolerated(verdict: GateResult) -> frozenset[int]:
    """Return the positions of new findings that policy lets pass."""
    return frozenset(
        position for position, ruling in enumerate(verdict.rulings) if ruling.status is Status.NEW and not ruling.blocks
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


def step_findings(evidence: Evidence, judged: GateResult | None) -> tuple[FindingEntry, ...]:
    """Return a step's findings with the standing that the gate's ruling gave them; `new` where there is none."""
    rulings = judged.rulings if judged else ()
    exact = {ruling.finding: ruling for ruling in rulings}
    alike = {ruling.fingerprint: ruling for ruling in rulings}
    return tuple(_entry_of(finding, evidence.gate, exact, alike) for finding in evidence.findings)


def _entry_of(finding: Finding, gate_id: str, exact: dict[Finding, Ruling], alike: dict[str, Ruling]) -> FindingEntry:
    own = fingerprint(gate_id, finding)
    ruling = exact.get(finding) or alike.get(own)
    if ruling is None:
        return _entry(finding, own, Status.NEW, None)
    return _entry(finding, ruling.fingerprint, ruling.status, ruling.waiver)


def _ruled(ruling: Ruling) -> FindingEntry:
    return _entry(ruling.finding, ruling.fingerprint, ruling.status, ruling.waiver)


def _entry(finding: Finding, print_: str, status: Status, waiver: str | None) -> FindingEntry:
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
        fingerprint=print_,
        status=status,
        waiver=waiver,
        url=finding.url or None,
        fix=finding.fix or None,
    )
