"""`onward config`: each value of the definition and where it came from."""

from __future__ import annotations

import click

from onward.cli import options


@click.command(epilog="Example: onward config gates.tests")
@click.argument("key", default="")
@options.output_format
@click.option("--schema", is_flag=True, help="Print the JSON Schema of onward.toml for editors.")
@click.option("--reference", is_flag=True, help="Print the reference of every key as Markdown.")
def command(*, key: str, format_: str, schema: bool, reference: bool) -> None:
    """Show each value and whether the default, the file or the environment set it; KEY shows only the values below it."""
    from pathlib import Path  # noqa: PLC0415

    from onward import gates  # noqa: PLC0415
    from onward.config import definition, jsonschema, layers, show  # noqa: PLC0415
    from onward.config import reference as page  # noqa: PLC0415
    from onward.config.layers import Flags  # noqa: PLC0415

    if schema or reference:
        click.echo(jsonschema.as_text(gates.ALL) if schema else page.reference(gates.ALL), nl=False)
        return
    loaded = definition.load(Path.cwd(), gates.ALL, environ=layers.environ(), flags=Flags())
    origins = show.chosen(loaded.pipeline.origins, key)
    click.echo(show.as_json(origins) if format_ == "json" else show.as_text(origins, gates.ALL), nl=False)
