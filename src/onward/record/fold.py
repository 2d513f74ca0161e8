"""Events of a run, folded into its document (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from onward.model.document import (
    Document,
    ErrorEntry,
    GateEntry,
    MatrixEntry,
    PlatformEntry,
    RevisionEntry,
    StepEntry,
)
from onward.model.event import Event, PlannedGate, PlannedStep
from onward.model.evidence import Evidence, Reason
from onward.model.verdict import FactPosition, GateResult, Ruling, Verdict
from onward.record import entries
from onward.record.story import UNREPORTED, Story, gather

UNVERIFIED_EXIT = 3


def fold(events: Iterable[Event]) -> Document:
    """Return the document of a run. Without its end, or with something planned left unjudged, it is never green."""
    return document_of(gather(events))


def document_of(story: Story) -> Document:
    """Return the document that the story of a run makes (see `fold`)."""
    started, ruled = story.started, _ruled(story)
    results = [_result(story, gate) for gate in started.gates]
    gates = tuple(
        entries.gate(gate, result, story.evidence) for gate, result in zip(started.gates, results, strict=True)
    )
    steps = tuple(_step(story, step, ruled) for step in started.steps)
    verdict, reason, exit_code = _conclusion(story, gates, steps)
    return Document(
        onward=started.onward,
        run=started.run,
        prefix=started.prefix,
        profile=started.profile,
        started_at=started.started_at,
        duration_s=_duration(story),
        verdict=verdict,
        reason=reason,
        exit_code=exit_code,
        jobs=started.jobs,
        notes=started.notes,
        tighten=tuple(line for result in results for line in result.tighten),
        revision=RevisionEntry(
            head=started.revision.head,
            base=started.revision.base,
            branch=started.revision.branch,
            tree=started.revision.tree,
            dirty=started.revision.dirty,
        ),
        platform=PlatformEntry(system=started.system, machine=started.machine, cpus=started.cpus),
        error=_error(story),
        gates=gates,
        steps=steps,
    )


def _result(story: Story, planned: PlannedGate) -> GateResult:
    """Return the judgement of a gate, and what stands in its place where it was not judged."""
    if planned.id in story.gates:
        return story.gates[planned.id]
    verdict = Verdict.UNVERIFIED if planned.skip_reason is None else Verdict.NOT_RUN
    return GateResult(gate=planned.id, verdict=verdict, reason=planned.skip_reason or story.missing)


def _ruled(story: Story) -> Mapping[FactPosition, Ruling]:
    rulings = [ruling for result in story.gates.values() for ruling in result.rulings]
    return {spot: ruling for ruling in rulings for spot in ((ruling.step, ruling.index), *ruling.also)}


def _step(story: Story, planned: PlannedStep, ruled: Mapping[FactPosition, Ruling]) -> StepEntry:
    judged = story.steps.get(planned.id)
    verdict, reason = (judged.verdict, judged.reason) if judged else _unjudged(story, planned)
    evidence = story.evidence.get(planned.id) or Evidence(step=planned.id, gate=planned.gate)
    return StepEntry(
        id=planned.id,
        gate=planned.gate,
        check=planned.check,
        matrix=MatrixEntry(python=planned.python, shard=planned.shard),
        after=(*planned.after, *planned.feeds),
        verdict=verdict,
        reason=reason,
        started_at=story.begun.get(planned.id) or evidence.started_at,
        duration_s=evidence.duration_s,
        cpu_s=evidence.cpu_s,
        attempts=evidence.attempts,
        cache=evidence.cache,
        tools=evidence.tools,
        services=tuple(entries.service(use) for use in evidence.services),
        looked_at=evidence.looked_at,
        measures=tuple(entries.measure(each) for each in evidence.measures),
        findings=entries.step_findings(evidence, ruled),
        tests=evidence.tests,
        notes=entries.notes(evidence),
        log_tail=evidence.log_tail,
        artifacts=evidence.artifacts,
    )


def _unjudged(story: Story, planned: PlannedStep) -> tuple[Verdict, Reason]:
    if planned.skip_reason is not None:
        return Verdict.NOT_RUN, planned.skip_reason
    return Verdict.UNVERIFIED, story.missing


def _conclusion(
    story: Story, gates: tuple[GateEntry, ...], steps: tuple[StepEntry, ...]
) -> tuple[Verdict, Reason, int]:
    if story.failed is not None:
        failed = story.failed
        return Verdict.UNVERIFIED, Reason(code=failed.kind, text=failed.message), failed.exit_code
    if story.finished is None:
        return Verdict.UNVERIFIED, story.missing, UNVERIFIED_EXIT
    end = story.finished
    silent = any(gate.reason == UNREPORTED for gate in gates) or any(step.reason == UNREPORTED for step in steps)
    if end.verdict is Verdict.PASSED and silent:
        return Verdict.UNVERIFIED, UNREPORTED, end.exit_code or UNVERIFIED_EXIT
    return end.verdict, end.reason, end.exit_code


def _error(story: Story) -> ErrorEntry | None:
    if story.failed is not None:
        failed = story.failed
        return ErrorEntry(kind=failed.kind, message=failed.message, where=failed.where, hint=failed.hint)
    if story.finished is not None:
        return None
    return ErrorEntry(
        kind="unfinished",
        message="the run record has no end: onward was killed, is still running, or could not write",
        where=story.started.run,
        hint="run it again with `onward run`",
    )


def _duration(story: Story) -> float:
    if story.finished is not None:
        return story.finished.duration_s
    start = datetime.fromisoformat(story.started.started_at)
    ends = [
        datetime.fromisoformat(each.started_at) + timedelta(seconds=each.duration_s)
        for each in story.evidence.values()
        if each.started_at is not None
    ]
    moments = [datetime.fromisoformat(at) for at in story.begun.values()] + ends
    return max(((moment - start).total_seconds() for moment in moments), default=0.0)
