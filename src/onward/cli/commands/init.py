"""`onward init`: a first definition from what is found here."""

from __future__ import annotations

import click


@click.command(epilog="Example: onward init && onward run")
@click.option("--force", is_flag=True, help="Overwrite an existing onward.toml.")
def command(*, force: bool) -> None:
    """Inspect this folder and write a commented onward.toml; nothing is executed.

    Values that onward cannot determine are comments that begin with "unknown".
    """
    from pathlib import Path  # noqa: PLC0415

    from onward.cli import stack  # noqa: PLC0415

    begun = stack.begin(Path.cwd(), force=force)
    click.echo(begun, nl=False)
