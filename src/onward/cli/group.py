"""The command group with lazily loaded commands, and the one boundary where errors become exit codes."""

from __future__ import annotations

import importlib
import itertools
import sys
import traceback
from collections.abc import Sequence

import click

from onward import __version__
from onward.cli.error_report import ErrorReport, as_json, as_text
from onward.cli.exits import Exit, of_error
from onward.config.layers import platform_check
from onward.errors import OnwardError

COMMANDS = {
    "run": "plan, run, judge and record the pipeline",
    "plan": "show what would run, and why",
    "init": "write an onward.toml for this folder",
    "detect": "print the detected stack, with evidence",
    "config": "show each value of the definition and where it came from",
    "explain": "explain a gate, a rule, a verdict or an exit code",
    "show": "replay a recorded run",
    "judge": "judge the evidence of a recorded run again, from its record alone",
    "doctor": "show what this machine can provision, and what each missing part affects",
    "advisories": "import advisory data and show what is imported",
    "cache": "list, prune or clear runs, tools, environments and services",
}


class _LazyGroup(click.Group):
    """Knows its commands by name and imports one only when it is called."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"onward.cli.commands.{name}").command
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


_HELP = """CI/CD that only moves forward.

\b
A first run:
  onward init        write onward.toml from what is found here
  onward doctor      see what this machine can provision
  onward run         run the pipeline
"""


@click.group(
    cls=_LazyGroup, help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "-V", "--version", message="onward %(version)s")
def onward() -> None:
    """Hold the commands together."""


def main(words: Sequence[str]) -> int:
    """Run one command line and return its exit code; the only place where errors become words."""
    try:
        platform_check()
        result = onward.main(args=list(words), prog_name="onward", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _interrupted(words)
    except click.ClickException as error:
        hint = "see `onward --help`" if not words else f"see `onward {words[0]} --help`"
        return _refuse(ErrorReport(kind="usage", message=error.format_message(), hint=hint), words, Exit.USAGE)
    except OnwardError as error:
        return _refuse(ErrorReport.of(error), words, of_error(error))
    except Exception:  # noqa: BLE001  # the boundary: whatever is left is a bug in onward
        return _refuse(ErrorReport.bug(traceback.format_exc()), words, Exit.BUG)
    return int(result) if isinstance(result, int) else Exit.PASSED


def _interrupted(words: Sequence[str]) -> int:
    from onward.execute.process.group import ignore_signals  # noqa: PLC0415  # only here

    ignore_signals()
    return _refuse(ErrorReport.interrupted(), words, Exit.INTERRUPTED)


def _refuse(report: ErrorReport, words: Sequence[str], code: Exit) -> int:
    sys.stderr.write(as_text(report))
    if _wants_document(words):
        sys.stdout.write(as_json(report, code))
    return code


def _wants_document(words: Sequence[str]) -> bool:
    if "run" not in words[:1]:
        return False
    pairs = itertools.pairwise(words)
    return "--format=json" in words or ("--format", "json") in pairs
