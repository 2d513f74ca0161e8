"""`onward explain`: the same texts that reports and documentation use."""

from __future__ import annotations

import click


@click.command(epilog="Example: onward explain unverified")
@click.argument("thing", metavar="GATE|RULE|VERDICT|REASON|EXIT_CODE")
def command(thing: str) -> None:
    """Explain a gate, a check, a rule, a verdict, the code of a reason or an exit code."""
    from onward.cli import explaining  # noqa: PLC0415

    click.echo(explaining.text_for(thing), nl=False)
