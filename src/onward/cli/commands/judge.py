"""`onward judge`: recorded evidence, and the policy that its project has today."""

from __future__ import annotations

import click

from onward.cli import options


@click.command(epilog="Example: onward judge latest")
@click.argument("run", default="latest", metavar="[RUN]")
@options.output_format
def command(*, run: str, format_: str) -> int:
    """Judge the evidence of a recorded run again, from its record alone.

    The policy and the ledgers are those that the run's own project has today, else those announced with the run; the
    document says which. Nothing is planned or executed, and the record does not change. RUN is an id,
    the beginning of one, or latest (of the current project). The exit code is that of the new judgement.
    """
    from onward.cli import rejudge  # noqa: PLC0415

    return rejudge.judge_again(run, format_=format_)
