"""Rows for every table of a PostgreSQL database, made from nothing but its schema."""

# ruff: noqa: S608  # identifiers are quoted, and every value in a statement is made here
from __future__ import annotations

from ..shapes import Unfilled
from .steps import first_line, rows, run, savepoint
from .tables import Column, Table, quote, tables
from .values import candidates, choose

ROWS = 2
# (first number, fill optional columns too): the widest attempt first, the humblest last
ATTEMPTS = ((101, True), (1, True), (901, True), (1, False), (0, False))


def fill(connection: object, without: str) -> tuple[list[str], list[Unfilled]]:
    """Put rows into every empty table; return the tables that have rows now, and why others have none."""
    filled, unfilled = [], []
    run(connection, "SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables(connection, without):
        why = "" if has_rows(connection, table) else fill_one(connection, table)
        if why:
            unfilled.append(Unfilled(table.label, why))
        else:
            filled.append(table.label)
    return filled, unfilled


def has_rows(connection: object, table: Table) -> bool:
    """Return whether there are as many rows as this program would make; seeds of a migration may be fewer."""
    return len(rows(connection, f"SELECT 1 FROM {table.quoted} LIMIT {ROWS}")) == ROWS


def fill_one(connection: object, table: Table) -> str:
    """Insert rows by the first attempt that the table takes; return why none was taken, empty when one was."""
    why = ""
    for first, everything in ATTEMPTS:
        try:
            with savepoint(connection):
                run(connection, insert(connection, table, first, 0, everything=everything))
        except Exception as error:
            why = why or first_line(error)
            continue
        for number in range(1, ROWS):
            try:
                with savepoint(connection):
                    run(connection, insert(connection, table, first, number, everything=everything))
            except Exception:  # one row is enough: some tables allow no second one
                break
        return ""
    return why


def insert(connection: object, table: Table, first: int, number: int, *, everything: bool) -> str:
    """Return the statement that inserts row `number`, with values that the table's conditions allow."""
    chosen = [column for column in table.columns if is_filled(column, everything=everything)]
    if not chosen:
        return f"INSERT INTO {table.quoted} DEFAULT VALUES"
    said = {column.name: candidates(column, table, first + number, number) for column in chosen}
    left = {column.name: [unsaid(column)] for column in table.columns if column.name not in said}
    values = choose(connection, table, {**said, **left})
    names = ", ".join(quote(name) for name in said)
    return f"INSERT INTO {table.quoted} ({names}) VALUES ({', '.join(values[name] for name in said)})"


def is_filled(column: Column, *, everything: bool) -> bool:
    """Return whether a row says what is in this column; sequences and generated columns speak for themselves."""
    if column.generated or column.default.startswith("nextval("):
        return False
    return everything or (column.required and not column.default)


def unsaid(column: Column) -> str:
    """Return what a column holds that a row says nothing about."""
    return (
        f"CAST(({column.default}) AS {column.type})"
        if column.default and not column.generated
        else f"CAST(NULL AS {column.type})"
    )
