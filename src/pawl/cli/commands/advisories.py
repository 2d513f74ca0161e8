"""`pawl advisories`: keep known vulnerabilities on this machine, for networks that are closed."""

from __future__ import annotations

import click


@click.group()
def command() -> None:
    """Import advisory data, and say what is there."""


@command.command(name="import", epilog="Example: pawl advisories import osv-pypi.zip")
@click.argument("source", metavar="FILE|URL")
def import_(source: str) -> None:
    """Import an OSV archive for PyPI: a zip file with one JSON record a file.

    It replaces what was imported before, once it has been read whole; a bad archive changes nothing.
    """
    from datetime import UTC, datetime  # noqa: PLC0415

    from pawl.config import layers  # noqa: PLC0415
    from pawl.execute.advisories import fetch  # noqa: PLC0415

    environ = layers.environ()
    now = datetime.now(UTC)
    made = fetch.import_from(source, layers.places(environ), environ=environ, now=now)
    click.echo(f"imported {made.records} records about {made.packages} packages, newest change {made.data_date[:10]}")
    if made.unusable:
        click.echo(f"{made.unusable} records name no versions; where they concern a dependency, the gate says so")


@command.command(epilog="Example: pawl advisories status")
def status() -> None:
    """Say which advisory data is there."""
    from pawl.config import layers  # noqa: PLC0415
    from pawl.execute.advisories import store  # noqa: PLC0415

    edition = store.edition(layers.places(layers.environ()))
    if edition is None:
        click.echo("no advisories are imported; the live OSV service is asked unless --offline is given")
        return
    click.echo(f"{edition.records} records about {edition.packages} packages")
    click.echo(f"newest change {edition.data_date}, imported {edition.imported_at} from {edition.source}")
    click.echo(f"sha256 {edition.sha256}")
