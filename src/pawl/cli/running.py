"""Carry out `pawl run`: show events as they come, print and write the reports at the end, whatever the end is."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace

from pawl import flow, gates
from pawl.cli import reporting
from pawl.cli.console import Console
from pawl.cli.exits import Exit, of_error, of_judgement
from pawl.cli.refusal import Refusal, as_text
from pawl.errors import PawlError
from pawl.execute.group import hold_off, terminable
from pawl.model.event import Event, StepProgress
from pawl.record.fold import annex, fold
from pawl.report import github, json, terminal


@dataclass(slots=True)
class _Watch:
    """Keeps what a report needs while the console shows it."""

    console: Console
    events: list[Event] = field(default_factory=list)

    def listen(self, event: Event) -> None:
        """Take one event, from any thread."""
        if not isinstance(event, StepProgress):
            self.events.append(event)
        self.console.listen(event)


def run(order: flow.Order, wanted: tuple[reporting.Wanted, ...], *, as_json: bool) -> int:
    """Run the pipeline and return the exit code; a run that has begun is reported even when it breaks."""
    with Console(sys.stdout, sys.stderr, order.environ) as console, terminable():
        watch = _Watch(console)
        try:
            outcome = flow.run_pipeline(order, watch.listen, of_judgement)
        except PawlError as error:
            if not watch.events:
                raise
            return _broken(watch, order, Refusal.of(error), as_json=as_json, wanted=wanted, code=of_error(error))
        except KeyboardInterrupt:
            if not watch.events:
                raise
            hold_off()
            refusal = Refusal(kind="interrupted", message="interrupted")
            return _broken(watch, order, refusal, as_json=as_json, wanted=wanted, code=Exit.INTERRUPTED)
        _report(watch, order, wanted, as_json=as_json)
        return outcome.exit_code


def _broken(
    watch: _Watch,
    order: flow.Order,
    refusal: Refusal,
    *,
    as_json: bool,
    wanted: tuple[reporting.Wanted, ...],
    code: Exit,
) -> int:
    _report(watch, order, wanted, as_json=as_json)
    sys.stderr.write(as_text(refusal))
    return code


def _report(watch: _Watch, order: flow.Order, wanted: tuple[reporting.Wanted, ...], *, as_json: bool) -> None:
    events = tuple(watch.events)
    document, beside = fold(events), replace(annex(events), guides=reporting.guides(gates.ALL))
    folder = order.places.state / "runs" / order.run_id
    watch.console.command(github.commands(document, beside))
    if as_json:
        watch.console.say(json.render(document))
    else:
        watch.console.say(terminal.render(document, replace(beside, folder=f"{folder}/"), watch.console.paper))
    # Last, because a report that cannot be written must not swallow what was found.
    reporting.write(wanted, document, beside, folder=folder)
