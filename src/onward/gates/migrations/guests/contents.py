"""What has become of the rows in a PostgreSQL database."""

# ruff: noqa: S608  # identifiers are quoted, and every value in a statement is made here
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .steps import rows
from .tables import Table, quote, tables


@dataclass
class Values:
    """One column at one moment: how many values are not NULL, and a digest of them in no order."""

    name: str
    filled: int
    digest: str


@dataclass
class Content:
    """One table at one moment: how many rows, and each column by its number."""

    oid: int
    label: str
    count: int
    columns: dict[int, Values]


def contents(connection: object, without: str) -> list[Content]:
    """Return what is in every table but the one called `without`."""
    return [content(connection, table) for table in tables(connection, without)]


def content(connection: object, table: Table) -> Content:
    """Return what is in one table."""
    names = [quote(column.name) for column in table.columns]
    looks = "".join(f", count({name}), coalesce(sum(hashtext({name}::text)::numeric), 0)::text" for name in names)
    row = rows(connection, f"SELECT count(*){looks} FROM {table.quoted}")[0]
    columns = {
        column.number: Values(column.name, row[1 + 2 * place], row[2 + 2 * place])
        for place, column in enumerate(table.columns)
    }
    return Content(table.oid, table.label, row[0], columns)


def pairs(before: list[Content], after: list[Content]) -> Iterator[tuple[Content, Content | None]]:
    """Yield each table with itself later: a renamed one keeps its oid, one that was made anew keeps its name."""
    for old in before:
        same = [one for one in after if one.oid == old.oid] or [one for one in after if one.label == old.label]
        yield old, same[0] if same else None


def later(old: Content, number: int, new: Content) -> Values | None:
    """Return a column later: a renamed one keeps its number, one that was made anew keeps its name."""
    if new.oid == old.oid and number in new.columns:
        return new.columns[number]
    return next((values for values in new.columns.values() if values.name == old.columns[number].name), None)


def lost(before: list[Content], after: list[Content], *, may_go: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (what, message) for rows and values that are not there any more.

    `may_go` allows tables and columns to be gone, as on the way down of the revision that made them.
    """
    for old, new in pairs(before, after):
        if new is None and old.count and not may_go:
            yield old.label, f"the table {old.label} and its {old.count} rows are lost"
        elif new is not None and new.count < old.count:
            yield old.label, f"{old.count - new.count} of {old.count} rows of {old.label} are lost"
        elif new is not None:
            yield from lost_values(old, new, may_go=may_go)


def lost_values(old: Content, new: Content, *, may_go: bool) -> Iterator[tuple[str, str]]:
    """Yield columns whose values are gone or have become NULL."""
    for number, values in old.columns.items():
        now = later(old, number, new)
        what = f"{old.label}.{values.name}"
        if now is None and values.filled and not may_go:
            yield what, f"the column {what} and its {values.filled} values are lost"
        elif now is not None and now.filled < values.filled:
            yield what, f"{values.filled - now.filled} of {values.filled} values of {what} are lost"


def changed(before: list[Content], after: list[Content]) -> Iterator[tuple[str, str]]:
    """Yield (what, message) for columns with as many values as before, but not the same ones."""
    for old, new in pairs(before, after):
        for number, values in old.columns.items():
            now = later(old, number, new) if new is not None else None
            if now is not None and now.filled == values.filled and now.digest != values.digest:
                what = f"{old.label}.{values.name}"
                yield what, f"the values of {what} changed"
