"""A recorded run shown again, and the list of recorded runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from onward.cli import reporting
from onward.cli.console import Console
from onward.config import layers
from onward.record.fold import fold
from onward.record.runs import LATEST, Records, Summary
from onward.report import json as contract
from onward.report import terminal, text
from onward.report.context import ReportContext


def show(run: str, *, reports: tuple[str, ...], format_: str) -> None:
    """Print a recorded run and write its reports."""
    wanted = reporting.parse(reports)
    environ = layers.environ()
    records = Records(layers.places(environ).state)
    run_id = records.find(run, project_root(Path.cwd()) if run == LATEST else None)
    document = fold(records.events(run_id))
    folder = records.runs / run_id
    context = ReportContext(guides=_guides(), folder=f"{folder}/")
    with Console(sys.stdout, sys.stderr, environ) as console:
        if format_ == "json":
            console.say(contract.render(document))
        else:
            console.say(terminal.render(document, context, console.style))
    reporting.write(wanted, document, context, folder=folder)


def list_runs(format_: str) -> None:
    """Print the newest runs of the project, of all projects outside of one."""
    environ = layers.environ()
    found = Records(layers.places(environ).state).summaries(project_root(Path.cwd()))
    with Console(sys.stdout, sys.stderr, environ) as console:
        if format_ == "json":
            console.say(json.dumps([asdict(each) for each in found], indent=2) + "\n")
        else:
            console.say("".join(f"{_line(each)}\n" for each in found) or "no recorded runs\n")


def project_root(start: Path) -> str | None:
    """Return the folder of the nearest onward.toml at or above `start`, None when there is none."""
    real = start.resolve()
    return next((str(folder) for folder in (real, *real.parents) if (folder / "onward.toml").is_file()), None)


def _guides() -> Mapping[str, str]:
    from onward import gates  # noqa: PLC0415  # the gates are many; a list of runs needs none of them

    return reporting.guides(gates.ALL)


def _line(each: Summary) -> str:
    ended = each.verdict.replace("_", " ") if each.verdict else ("running" if each.alive else "did not finish")
    return f"{each.run}  {ended:11}  {each.profile:5}  {text.visible(each.root)}"
