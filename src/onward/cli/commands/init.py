"""`onward init`: a first definition from what is found here."""

from __future__ import annotations

import click


@click.command(epilog="Example: onward init && onward run")
@click.option("--force", is_flag=True, help="Write over an onward.toml that is already there.")
def command(*, force: bool) -> None:
    """Look at this folder and write a commented onward.toml; nothing is executed.

    What is not known stands in the file as a comment that begins with "unknown".
    """
    from pathlib import Path  # noqa: PLC0415

    from onward.cli import stack  # noqa: PLC0415

    begun = stack.begin(Path.cwd(), force=force)
    click.echo(begun, nl=False)
