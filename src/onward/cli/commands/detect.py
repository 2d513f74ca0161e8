"""`onward detect`: what is known about the stack, with evidence."""

from __future__ import annotations

import click

from onward.cli import options


@click.command(epilog="Example: onward detect --format json")
@options.output_format
def command(*, format_: str) -> None:
    """Print each fact about this project, with the evidence for it.

    Nothing is executed. Facts that onward cannot determine are shown as unknown.
    """
    from pathlib import Path  # noqa: PLC0415

    from onward.cli import stack  # noqa: PLC0415
    from onward.config.source import find  # noqa: PLC0415
    from onward.detect import show  # noqa: PLC0415

    path = find(Path.cwd())
    facts = stack.look(path.parent if path else Path.cwd()).facts
    click.echo(show.as_json(facts) if format_ == "json" else show.as_text(facts), nl=False)
