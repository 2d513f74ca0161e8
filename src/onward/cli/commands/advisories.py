"""`onward advisories`: keep known vulnerabilities on this machine, for networks that are closed."""

from __future__ import annotations

import click


@click.group(epilog="Example: onward advisories import osv-pypi.zip")
def command() -> None:
    """Import advisory data, and say what is there."""


@command.command(name="import", epilog="Example: onward advisories import osv-pypi.zip")
@click.argument("source", metavar="FILE|URL")
def import_(source: str) -> None:
    """Import an OSV archive (a zip file with one JSON record a file) or Trivy's database (tar.gz).

    It replaces what was imported of the same ecosystem before, once it has been read whole; a bad archive changes
    nothing. Archives for PyPI and npm are served to the auditors of packages; every archive serves osv-scanner.
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
    """Say which advisory data is there."""
    from onward.config import layers  # noqa: PLC0415
    from onward.execute.advisories import databases, store  # noqa: PLC0415

    places = layers.places(layers.environ())
    known, editions = databases.trivy_metadata(places), store.editions(places)
    for name, date in store.ecosystems(places).items():
        click.echo(f"for osv-scanner: {name}, newest change {date[:10]}")
    click.echo(f"for Trivy: {databases.said_of(known)}")
    if not editions:
        click.echo("no advisories are imported; the live OSV service is asked unless --offline is given")
    for name, edition in editions.items():
        click.echo(f"{name}: {edition.records} records about {edition.packages} packages")
        click.echo(f"newest change {edition.data_date}, imported {edition.imported_at} from {edition.source}")
        click.echo(f"sha256 {edition.sha256}")
