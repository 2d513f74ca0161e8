"""Values for columns: plain ones by type, and among them those that a table's conditions allow."""

# ruff: noqa: S608  # identifiers are quoted, and every value in a statement is made here
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Optional

from .steps import rows, savepoint
from .tables import Column, Table, literal, quote

MOST_COMBINATIONS = 5000


def candidates(column: Column, table: Table, count: int, number: int) -> list[str]:
    """Return expressions for a column, the plainest first; the same arguments always give the same.

    `count` tells rows apart where a value must be unique, `number` is the row's own.
    """
    if column.parent is not None:
        parent, key = column.parent
        which = f"{number} % greatest((SELECT count(*) FROM {parent.quoted}), 1)"
        return [f"(SELECT {quote(key)} FROM {parent.quoted} ORDER BY {quote(key)} OFFSET {which} LIMIT 1)"]
    texts = list(dict.fromkeys(fitting(column, plain(column, table, count, number))))
    found = [f"CAST({literal(text)} AS {column.type})" for text in texts]
    return found or [f"CAST(NULL AS {column.type})"]


def fitting(column: Column, texts: Iterator[str]) -> Iterator[str]:
    """Yield texts, cut to what the column can hold; numbers that are too large for it are left out."""
    if column.base == "numeric" and column.modifier > 4:
        whole = ((column.modifier - 4) >> 16) - ((column.modifier - 4) & 0xFFFF)
        yield from (text for text in texts if len(text.lstrip("-").lstrip("0")) <= whole)
        return
    longest = column.modifier - 4 if column.category == "S" and column.modifier > 4 else None
    for text in texts:
        yield text if longest is None else text[-longest:]


def plain(column: Column, table: Table, count: int, number: int) -> Iterator[str]:
    """Yield values as texts; none where nothing is known about the type."""
    conditions = " ".join(condition for names, condition in table.checks if column.name in names)
    if column.labels:
        yield column.labels[number % len(column.labels)]
        yield from column.labels
    elif column.category == "N":
        yield from numbers(conditions, count)
    elif column.category == "S":
        yield from strings(column, conditions, count)
    elif column.category == "A":
        yield "{}"
    elif column.base == "bool":
        yield from ("true", "false") if number % 2 == 0 else ("false", "true")
    else:
        texts = (by_type(column.base, count, place) for place in (number, number + 10, number + 20))
        yield from (text for text in texts if text is not None)


def numbers(conditions: str, count: int) -> Iterator[str]:
    """Yield numbers: one that tells rows apart, small ones, and the neighbours of those that conditions name."""
    yield from (str(count), "1", "0", "10", "100", "-1")
    for named in re.findall(r"-?\b\d+\b", conditions):
        yield from (named, str(int(named) + 1), str(int(named) - 1))


def strings(column: Column, conditions: str, count: int) -> Iterator[str]:
    """Yield strings: one that tells rows apart, those that conditions name, and shapes that conditions often want."""
    longest = column.modifier - 4 if column.modifier > 4 else None
    if longest is not None and longest <= 3:
        yield "ABC" + chr(65 + count % 26)
    yield f"{column.name}-{count}"
    yield from (value.replace("''", "'") for value in re.findall(r"'((?:[^']|'')*)'", conditions) if value)
    yield from (f"ada-{count}@example.org", f"+4915{count:07d}", f"https://example.org/{count}", str(count))
    yield from ("EUR", "eur", "DE", "de", "A", "a", f"{count:064x}", f"{count:032x}", f"{count:06d}")


def by_type(base: str, count: int, number: int) -> Optional[str]:
    """Return a value of a type that has one obvious way to be written."""
    texts = {
        "uuid": f"00000000-0000-4000-8000-{count:012d}",
        "json": f'{{"onward": {count}}}',
        "jsonb": f'{{"onward": {count}}}',
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
        "tsvector": f"onward{count}",
        "point": f"({count},{count})",
        "hstore": f"onward=>{count}",
        "bit": "1",
        "varbit": "1",
    }
    return texts.get(base)


def choose(connection: object, table: Table, options: dict[str, list[str]]) -> dict[str, str]:
    """Return one expression for each column: the first, unless the table's conditions want another combination."""
    chosen = {name: expressions[0] for name, expressions in options.items()}
    for names, conditions in groups(table):
        chosen.update(search(connection, {name: options[name] for name in sorted(names)}, conditions))
    return chosen


def groups(table: Table) -> list[tuple[set[str], list[str]]]:
    """Return conditions that share columns together: they must hold at once."""
    found: list[tuple[set[str], list[str]]] = []
    for names, condition in table.checks:
        touching = [group for group in found if group[0] & names]
        merged = (
            set(names).union(*(group[0] for group in touching)),
            [c for group in touching for c in group[1]] + [condition],
        )
        found = [group for group in found if group not in touching] + [merged]
    return [group for group in found if group[0]]


def search(connection: object, options: dict[str, list[str]], conditions: list[str]) -> dict[str, str]:
    """Return the plainest combination that the database itself finds allowed; nothing when there is none."""
    most = max(1, int(MOST_COMBINATIONS ** (1 / len(options))))
    lists = {name: expressions[:most] for name, expressions in options.items()}
    sources = ", ".join(
        f"(VALUES {', '.join(f'({place}, {expression})' for place, expression in enumerate(expressions))})"
        f" AS {quote(f'onward_{number}')} ({quote(f'onward_place_{number}')}, {quote(name)})"
        for number, (name, expressions) in enumerate(lists.items())
    )
    places = [quote(f"onward_place_{number}") for number in range(len(lists))]
    allowed = " AND ".join(f"({condition}) IS NOT FALSE" for condition in conditions)
    statement = f"SELECT {', '.join(places)} FROM {sources} WHERE {allowed} ORDER BY {' + '.join(places)}, 1 LIMIT 1"
    try:
        with savepoint(connection):
            found = rows(connection, statement)
    except Exception:  # a condition that cannot be asked like this is left to the attempt itself
        return {}
    return {name: lists[name][found[0][number]] for number, name in enumerate(lists)} if found else {}
