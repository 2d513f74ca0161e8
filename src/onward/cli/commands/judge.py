"""`onward judge`: recorded evidence, today's policy."""

from __future__ import annotations

import click

from onward.cli import options


@click.command(epilog="Example: onward judge latest")
@click.argument("run", default="latest", metavar="[RUN]")
@options.output_format
def command(*, run: str, format_: str) -> int:
    """Judge the evidence of a recorded run again, with the policy that onward.toml and the ledgers hold today.

    Nothing is executed and the record stays as it is. The exit code is that of the new judgement.
    """
    from onward.cli import rejudge  # noqa: PLC0415

    return rejudge.judge_again(run, format_=format_)
