"""`onward advisories`: keep known vulnerabilities on this machine, for networks that are closed."""

from __future__ import annotations

import click


@click.group(epilog="Example: onward advisories import osv-pypi.zip")
def command() -> None:
    """Import advisory data and show what is imported."""


@command.command(name="import", epilog="Example: onward advisories import osv-pypi.zip")
@click.argument("source", metavar="FILE|URL")
def import_(source: str) -> None:
    """Import an OSV archive (a zip file with one JSON record a file) or Trivy's database (tar.gz).

    The import replaces earlier data of the same ecosystem after it has read the whole archive; an invalid archive changes
    nothing. Package audits use the archives for PyPI and npm; osv-scanner uses every archive.
    """
    from datetime import UTC, datetime  # noqa: PLC0415

    from onward.config import layers  # noqa: PLC0415
    from onward.execute.advisories import fetch  # noqa: PLC0415

    environ = layers.environ()
    now = datetime.now(UTC)
    for line in fetch.import_from(source, layers.places(environ), environ=environ, now=now):
        click.echo(line)


@command.command(epilog="Example: onward advisories status")
def status() -> None:
    """Show the imported advisory data."""
    from onward.config import layers  # noqa: PLC0415
    from onward.execute.advisories import databases, store  # noqa: PLC0415

    places = layers.places(layers.environ())
    known, editions = databases.trivy_metadata(places), store.editions(places)
    for name, date in store.ecosystems(places).items():
        click.echo(f"for osv-scanner: {name}, newest change {date[:10]}")
    click.echo(f"for Trivy: {databases.describe_trivy(known)}")
    if not editions:
        click.echo("no advisories imported; onward queries the live OSV service unless --offline is given")
    for name, edition in editions.items():
        click.echo(f"{name}: {edition.records} records about {edition.packages} packages")
        click.echo(f"newest change {edition.data_date}, imported {edition.imported_at} from {edition.source}")
        click.echo(f"sha256 {edition.sha256}")
