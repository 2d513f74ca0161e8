"""Carry out `onward run`: show events as they come, print and write the reports at the end, whatever the end is."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from onward import flow, gates
from onward.cli import reporting
from onward.cli.console import Console
from onward.cli.error_report import ErrorReport, as_text
from onward.cli.exits import Exit, of_error, of_judgement
from onward.errors import OnwardError, RecordError
from onward.execute.process.group import ignore_signals, terminable
from onward.model.document import Document, ErrorEntry
from onward.model.event import Event, RunStarted, StepProgress
from onward.record.fold import fold
from onward.report import github, json, terminal
from onward.report.context import ReportContext


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

    @property
    def has_begun(self) -> bool:
        """Return whether there is a run to report on."""
        return any(isinstance(event, RunStarted) for event in self.events)


def run(order: flow.RunRequest, wanted: tuple[reporting.ReportRequest, ...], *, as_json: bool) -> int:
    """Run the pipeline and return the exit code; a run that has begun is reported even when it breaks."""
    with Console(sys.stdout, sys.stderr, order.environ) as console, terminable():
        watch = _Watch(console)
        try:
            outcome = flow.run_pipeline(order, watch.listen, of_judgement)
        except OnwardError as error:
            if not watch.has_begun:
                raise
            code = _report(watch, order, wanted, as_json=as_json, code=of_error(error))
            sys.stderr.write(as_text(ErrorReport.of(error)))
        except KeyboardInterrupt:
            if not watch.has_begun:
                raise
            ignore_signals()
            code = _report(watch, order, wanted, as_json=as_json, code=Exit.INTERRUPTED)
            sys.stderr.write(as_text(ErrorReport.interrupted()))
        else:
            code = _report(watch, order, wanted, as_json=as_json, code=outcome.exit_code)
    return code


def _report(
    watch: _Watch, order: flow.RunRequest, wanted: tuple[reporting.ReportRequest, ...], *, as_json: bool, code: int
) -> int:
    """Write the reports and print what was found; return the exit code, which a report that is missing spoils."""
    events = tuple(watch.events)
    folder = order.places.state / "runs" / order.run_id
    context = ReportContext(guides=reporting.guides(gates.ALL), folder=f"{folder}/")
    document = replace(fold(events), exit_code=code)
    error = _write(wanted, document, context, folder)
    if error is not None:
        entry = ErrorEntry(kind=error.kind, message=error.message, where=error.where, hint=error.hint)
        document = replace(document, exit_code=code or of_error(error), error=document.error or entry)
    watch.console.command(github.commands(document))
    if as_json:
        watch.console.say(json.render(document))
    else:
        watch.console.say(terminal.render(document, context, watch.console.style))
    if error is not None:
        sys.stderr.write(as_text(ErrorReport.of(error)))
    return document.exit_code


def _write(
    wanted: tuple[reporting.ReportRequest, ...], document: Document, context: ReportContext, folder: Path
) -> RecordError | None:
    # One that cannot be written must not swallow what was found.
    try:
        reporting.write(wanted, document, context, folder=folder)
    except RecordError as error:
        return error
    try:
        reporting.keep(document, context, folder)
    except RecordError as error:
        # A run that broke off has said why, and that is likely the reason here, too.
        return error if document.error is None else None
    return None
