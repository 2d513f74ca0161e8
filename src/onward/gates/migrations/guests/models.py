"""Where models and the migrated schema differ, in words that stay the same from run to run."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

WORDS = {
    "add_table": "the models have a table {0} that no revision creates",
    "remove_table": "the database has a table {0} that no model declares",
    "add_column": "the models have a column {0} that no revision adds",
    "remove_column": "the database has a column {0} that no model declares",
    "add_index": "the models have an index {0} that no revision creates",
    "remove_index": "the database has an index {0} that no model declares",
    "add_constraint": "the models have a constraint {0} that no revision adds",
    "remove_constraint": "the database has a constraint {0} that no model declares",
    "add_fk": "the models have a foreign key {0} that no revision adds",
    "remove_fk": "the database has a foreign key {0} that no model declares",
}

# what alembic's comparison says, whose parts are SQLAlchemy's own
Difference = tuple[Any, ...]


def differences(context: Any) -> list[tuple[str, str]] | None:
    """Return (subject, message) for each difference; None when env.py names no models."""
    metadata = context.opts.get("target_metadata")
    if metadata is None:
        return None
    found = importlib.import_module("alembic.autogenerate").compare_metadata(context, metadata)
    return [describe(entry) for entry in flat(found)]


def flat(found: Any) -> Iterator[Difference]:
    """Yield single differences: changes of one column come as a list."""
    for entry in found:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry


def describe(one: Difference) -> tuple[str, str]:
    """Return the subject and the message of one difference."""
    kind = one[0]
    if kind.startswith("modify_"):
        what = kind.removeprefix("modify_")
        name = dotted(one[1], one[2], one[3])
        return f"{kind} {name}", f"{what} of {name} is {one[5]!r} in the database and {one[6]!r} in the models"
    name = dotted(one[1], one[2], one[3].name) if kind.endswith("_column") else name_of(one[1])
    return f"{kind} {name}", WORDS.get(kind, f"models and database differ: {kind} {{0}}").format(name)


def name_of(thing: Any) -> str:
    """Return the name of a table, or of something on a table together with it; without one, its columns."""
    if not hasattr(thing, "table"):
        return dotted(getattr(thing, "schema", None), getattr(thing, "name", None) or str(thing))
    name = thing.name or "_".join(column.name for column in thing.columns)
    return dotted(thing.table.schema, thing.table.name, str(name))


def dotted(*parts: object) -> str:
    """Return the parts that there are, joined by dots."""
    return ".".join(str(part) for part in parts if part)
