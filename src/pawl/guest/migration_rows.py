"""Rows for every table of a PostgreSQL database, made from nothing but its schema."""

# ruff: noqa: S608  # identifiers are quoted, and every value in a statement is made here
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from pawl.guest.migration_steps import first_line, rows, run, savepoint
    from pawl.guest.migration_tables import Column, Table, literal, quote, tables
else:
    from migration_steps import first_line, rows, run, savepoint
    from migration_tables import Column, Table, literal, quote, tables

ROWS = 2
# (first number, fill optional columns too): the widest attempt first, the humblest last
ATTEMPTS = ((101, True), (1, True), (901, True), (1, False), (0, False))


def fill(connection: Any, without: str) -> tuple[list[str], list[dict[str, str]]]:
    """Put rows into every empty table; return the tables that have rows now, and why others have none."""
    filled, unfilled = [], []
    run(connection, "SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables(connection, without):
        why = "" if has_rows(connection, table) else fill_one(connection, table)
        if why:
            unfilled.append({"table": table.label, "why": why})
        else:
            filled.append(table.label)
    return filled, unfilled


def has_rows(connection: Any, table: Table) -> bool:
    """Return whether there are as many rows as this program would make; seeds of a migration may be fewer."""
    return len(rows(connection, f"SELECT 1 FROM {table.quoted} LIMIT {ROWS}")) == ROWS


def fill_one(connection: Any, table: Table) -> str:
    """Insert rows by the first attempt that the table takes; return why none was taken, empty when one was."""
    why = ""
    for first, everything in ATTEMPTS:
        try:
            with savepoint(connection):
                run(connection, insert(table, first, 0, everything=everything))
        except Exception as error:
            why = why or first_line(error)
            continue
        for number in range(1, ROWS):
            try:
                with savepoint(connection):
                    run(connection, insert(table, first, number, everything=everything))
            except Exception:  # one row is enough: some tables allow no second one
                break
        return ""
    return why


def insert(table: Table, first: int, number: int, *, everything: bool) -> str:
    """Return the statement that inserts row `number`."""
    chosen = [column for column in table.columns if wanted(column, everything=everything)]
    if not chosen:
        return f"INSERT INTO {table.quoted} DEFAULT VALUES"
    names = ", ".join(quote(column.name) for column in chosen)
    values = ", ".join(value(column, first, number) for column in chosen)
    return f"INSERT INTO {table.quoted} ({names}) VALUES ({values})"


def wanted(column: Column, *, everything: bool) -> bool:
    """Return whether a row says what is in this column; sequences and generated columns speak for themselves."""
    if column.generated or column.default.startswith("nextval("):
        return False
    return everything or (column.required and not column.default)


def value(column: Column, first: int, number: int) -> str:
    """Return an expression for the column; the same arguments always give the same."""
    if column.parent is not None:
        parent, key = column.parent
        return f"(SELECT {quote(key)} FROM {parent.quoted} ORDER BY {quote(key)} OFFSET {number} LIMIT 1)"
    text = plain(column, first + number, number)
    return "NULL" if text is None else f"CAST({literal(text)} AS {column.type})"


def plain(column: Column, count: int, number: int) -> Optional[str]:
    """Return a value as text, None where nothing is known about the type."""
    if column.labels:
        return column.labels[number % len(column.labels)]
    if column.literals and column.category == "S":
        return column.literals[number % len(column.literals)]
    if column.category == "N":
        return str(count)
    if column.category == "S":
        return short(column, count)
    if column.category == "A":
        return "{}"
    by_type = {
        "bool": "true" if number % 2 == 0 else "false",
        "uuid": f"00000000-0000-4000-8000-{count:012d}",
        "json": f'{{"pawl": {count}}}',
        "jsonb": f'{{"pawl": {count}}}',
        "bytea": f"\\x{count:04x}",
        "date": f"2020-01-{number + 1:02d}",
        "time": f"10:{number:02d}:00",
        "timetz": f"10:{number:02d}:00+00",
        "timestamp": f"2020-01-{number + 1:02d} 10:00:00",
        "timestamptz": f"2020-01-{number + 1:02d} 10:00:00+00",
        "interval": f"{count} seconds",
        "inet": f"10.0.0.{count % 250 + 1}",
        "cidr": f"10.0.{count % 250}.0/24",
        "macaddr": f"00:00:00:00:00:{number:02x}",
        "tsvector": f"pawl{count}",
        "point": f"({count},{count})",
        "hstore": f"pawl=>{count}",
        "bit": "1",
        "varbit": "1",
    }
    return by_type.get(column.base)


def short(column: Column, count: int) -> str:
    """Return a string that fits; where it must be very short, only letters that differ."""
    longest = column.modifier - 4 if column.modifier > 4 else None
    if longest is not None and longest <= 3:
        return ("ABC" + chr(65 + count % 26))[-longest:]
    text = f"{column.name}-{count}"
    return text if longest is None else text[-longest:]
