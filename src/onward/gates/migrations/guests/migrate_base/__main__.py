"""Bring the database to where the base's own code migrates it, rows included, and say whether that worked.

Nothing is done when no revision is new against it. Always exits 0: a base that is not there (`--missing` says why) or
cannot be migrated is a fact for the walk that follows, which then starts from its own history.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Base
from ..rows import fill
from ..steps import Migrations, first_line
from ..tables import reset


def main() -> int:
    """Migrate the base and write base.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--config", "--out", "--folder", "--missing"):
        parser.add_argument(name, required=True)
    parser.add_argument("--variable", action="append", default=[])
    parser.add_argument("--application", default="")
    options = parser.parse_args()
    try:
        found = migrate(options)
    except Exception as error:
        found = Base(ok=False, why=first_line(error))
    write_shape(Path(options.out, "base.json"), found)
    return 0


def migrate(options: argparse.Namespace) -> Base:
    """Return the base's heads and revisions after migrating to them, or why that could not be."""
    if options.missing:
        return Base(ok=False, why=options.missing)
    os.chdir(options.folder)
    if not os.path.exists(options.config):
        return Base(ok=False, why="the base has no migrations")
    migrations = Migrations(options.config, options.variable, options.application)
    migrations.ping()
    migrations.work(lambda context: reset(context.connection))
    migrations.upgrade("heads")
    _, unfilled = migrations.work(lambda context: fill(context.connection, context.version_table))
    revisions = tuple(revision.revision for revision in migrations.in_order())
    return Base(ok=True, why="", revisions=revisions, unfilled=tuple(unfilled))


if __name__ == "__main__":
    sys.exit(main())
