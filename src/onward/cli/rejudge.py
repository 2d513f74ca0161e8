"""Judge a recorded run again, from its record alone: the policy of its project where that still stands, else its own."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from onward import gates
from onward.cli import replay, reporting, run_request
from onward.cli.console import Console
from onward.cli.exits import of_judgement
from onward.config import definition, layers
from onward.config.schema import FILE
from onward.errors import RecordError
from onward.judge.run import judge
from onward.model.event import RunStarted
from onward.model.ledger import Ledgers
from onward.model.policy import Policy, PolicySource
from onward.plan.announce import policy_of
from onward.record.fold import document_of
from onward.record.ledger import load_ledgers
from onward.record.runs import LATEST, Records
from onward.record.story import Story, gather
from onward.report import json, terminal
from onward.report.context import ReportContext

_NOTES = {
    PolicySource.PROJECT: "judged again, by the policy and the ledgers that the project has today",
    PolicySource.ANNOUNCED: "judged again, by the policy and the ledgers announced with the run: its onward.toml no longer exists",
}


def judge_again(run: str, *, format_: str) -> int:
    """Print the document of `run` judged again and return the exit code of the new judgement.

    Nothing is planned or executed, and nothing of the folder that onward was called in is read.
    """
    environ = layers.environ()
    records = Records(layers.places(environ).state)
    story = gather(records.events(run, replay.project_root(run_request.here()) if run == LATEST else None))
    source, policy, ledgers = _policy(story.started)
    _judge(story, policy, ledgers)
    document = document_of(story)
    document = replace(document, policy=source, notes=(*document.notes, _NOTES[source]))
    with Console(sys.stdout, sys.stderr, environ) as console:
        if format_ == "json":
            console.say(json.render(document))
        else:
            context = ReportContext(guides=reporting.guides(gates.ALL), folder=f"{records.runs / story.started.run}/")
            console.say(terminal.render(document, context, console.style))
    return document.exit_code


def _policy(announced: RunStarted) -> tuple[PolicySource, Policy, Ledgers]:
    """Return the policy and ledgers to judge by, and whose they are.

    The environment has no say: it may select what is run, and policy comes from the file alone.
    """
    root = Path(announced.root)
    if not (root / FILE).is_file():
        return PolicySource.ANNOUNCED, announced.policy, announced.ledgers
    pipeline = definition.load(root, gates.ALL, environ={}).pipeline
    policy = policy_of(gates.with_custom(pipeline), pipeline)
    return PolicySource.PROJECT, policy.completed(announced.policy), load_ledgers(root)


def _judge(story: Story, policy: Policy, ledgers: Ledgers) -> None:
    """Let a new judgement take the place of the recorded one."""
    if story.finished is None:
        raise RecordError("the run did not finish, so its evidence is incomplete", hint="run it again: `onward run`")
    result = judge(story.started, story.evidence, policy, ledgers, today=run_request.today())
    story.steps = {each.step: each for each in result.steps}
    story.gates = {each.gate: each for each in result.gates}
    end = replace(story.finished, verdict=result.verdict, reason=result.reason, exit_code=of_judgement(result))
    story.finished = end
