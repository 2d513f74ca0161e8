"""Judge a recorded run again: its sealed evidence, and the policy that stands in the project today."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from onward import flow
from onward.cli import reporting, run_request
from onward.cli.console import Console
from onward.cli.exits import of_judgement
from onward.config import layers
from onward.errors import RecordError
from onward.flow import Prepared
from onward.judge.run import Judge
from onward.model.event import Event, GateJudged, RunFinished, RunStarted, StepFinished, StepJudged
from onward.record.fold import annex, fold
from onward.record.runs import Records
from onward.report import json, terminal


def judge_again(run: str, *, format_: str) -> int:
    """Print the document of `run` under today's policy and return the exit code of the new judgement."""
    environ = layers.environ()
    records = Records(layers.places(environ).state)
    recorded = records.events(run)
    prepared = flow.prepare(_order_like(_beginning(recorded)))
    events = tuple(_judged(recorded, prepared))
    document = fold(events)
    with Console(sys.stdout, sys.stderr, environ) as console:
        if format_ == "json":
            console.say(json.render(document))
        else:
            beside = replace(annex(events), guides=reporting.guides(prepared.gates))
            console.say(terminal.render(document, beside, console.paper))
    return document.exit_code


def _beginning(events: Sequence[Event]) -> RunStarted:
    for event in events:
        if isinstance(event, RunStarted):
            return event
    raise RecordError("the run has no beginning", hint="choose another run: `onward show --list`")


def _order_like(started: RunStarted) -> flow.RunRequest:
    """Return the order that asks for what the recorded run was asked for."""
    skipped = {gate.id for gate in started.gates if gate.skip_reason and gate.skip_reason.code == "not-asked-for"}
    named = tuple(gate.id for gate in started.gates if gate.id not in skipped) if skipped else ()
    like = run_request.request(gates=named, profile=started.profile, base=started.revision.base, jobs=started.jobs)
    return replace(like, recorded=tuple(step.id for step in started.steps))


def _judged(recorded: Sequence[Event], prepared: Prepared) -> Iterator[Event]:
    finished = next((event for event in recorded if isinstance(event, RunFinished)), None)
    if finished is None:
        raise RecordError("the run never finished, so its evidence is not whole", hint="run it again: `onward run`")
    evidence = {event.step: event.evidence for event in recorded if isinstance(event, StepFinished)}
    judge = Judge(prepared.plan, prepared.pipeline, prepared.ledgers, run_request.today())
    known = {step: found for step, found in evidence.items() if step in {one.id for one in prepared.plan.steps}}
    judgement = judge.run(known)
    yield _beginning(recorded)
    yield from (StepFinished(step=step, evidence=found) for step, found in known.items())
    yield from (StepJudged(step=verdict.evidence.step, verdict=verdict) for verdict in judgement.steps)
    yield from (GateJudged(gate=verdict.gate, verdict=verdict) for verdict in judgement.gates)
    yield replace(finished, judgement=judgement, exit_code=of_judgement(judgement))
