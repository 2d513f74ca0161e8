"""Rows for every table of a PostgreSQL database, and what has become of them afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from pawl.guest.migration_steps import first_line, rows, run, savepoint
else:
    from migration_steps import first_line, rows, run, savepoint

NAMESPACES = "n.nspname NOT IN ('information_schema') AND left(n.nspname, 3) <> 'pg_'"
NOT_OF_AN_EXTENSION = (
    "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
)
COLUMNS = f"""
SELECT c.oid, n.nspname, c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), t.typname, t.typcategory,
  a.atttypmod, a.attnotnull, coalesce(pg_get_expr(f.adbin, f.adrelid), ''), a.attidentity <> '' OR a.attgenerated <> '',
  coalesce((SELECT string_agg(e.enumlabel, chr(1) ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  JOIN pg_type t0 ON t0.oid = a.atttypid JOIN pg_type t ON t.oid = CASE t0.typtype WHEN 'd' THEN t0.typbasetype ELSE t0.oid END
  LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  AND {NAMESPACES} AND {NOT_OF_AN_EXTENSION}
ORDER BY n.nspname, c.relname, a.attnum
"""
KEYS = """
SELECT conrelid, confrelid, array_to_string(conkey, ','), array_to_string(confkey, ','), contype::text, pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype IN ('f', 'c') AND conrelid <> 0
"""
SCHEMA = f"""
SELECT 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
  || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || ' ' || coalesce(pg_get_expr(f.adbin, f.adrelid), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND {NAMESPACES} AND {NOT_OF_AN_EXTENSION}
UNION ALL SELECT 'constraint ' || k.conrelid::regclass || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {NAMESPACES} AND {NOT_OF_AN_EXTENSION}
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes n WHERE {NAMESPACES.replace("nspname", "schemaname")}
UNION ALL SELECT 'type ' || t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE {NAMESPACES} GROUP BY t.typname
"""
ROWS = 2
# (first number, fill optional columns too): the widest attempt first, the humblest last
ATTEMPTS = ((101, True), (1, True), (901, True), (1, False), (0, False))


@dataclass
class Column:
    """One column, with what a value for it has to be."""

    number: int
    name: str
    type: str
    base: str
    category: str
    modifier: int
    required: bool
    default: str
    generated: bool
    labels: list[str]
    literals: list[str] = field(default_factory=list)
    parent: Optional[tuple[Table, str]] = None


@dataclass
class Table:
    """One table; `parents` are the tables that its rows refer to."""

    oid: int
    schema: str
    name: str
    columns: list[Column] = field(default_factory=list)
    parents: set[int] = field(default_factory=set)

    @property
    def label(self) -> str:
        """Return the name for people: without the schema where that is the usual one."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"

    @property
    def quoted(self) -> str:
        """Return the name for SQL."""
        return f"{quote(self.schema)}.{quote(self.name)}"


def quote(name: str) -> str:
    """Return an identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a string for SQL."""
    return "'" + value.replace("'", "''") + "'"


def tables(connection: Any, without: str) -> list[Table]:
    """Return every table of the project but the one called `without`, parents before children where that is possible."""
    found: dict[int, Table] = {}
    for oid, schema, name, number, column, kind, base, category, modifier, required, default, made, labels in rows(
        connection, COLUMNS
    ):
        if name == without:
            continue
        table = found.setdefault(oid, Table(oid, schema, name))
        split = labels.split(chr(1)) if labels else []
        text = category.decode() if isinstance(category, bytes) else category
        table.columns.append(Column(number, column, kind, base, text, modifier, required, default, made, split))
    for child, parent, own, other, kind, definition in rows(connection, KEYS):
        text = kind.decode() if isinstance(kind, bytes) else kind
        if child in found and text == "f" and parent in found:
            refer(found[child], found[parent], own, other)
        if child in found and text == "c":
            restrict(found[child], definition)
    return in_order(found)


def refer(child: Table, parent: Table, own: str, other: str) -> None:
    """Note which columns of `child` take their values from `parent`."""
    names = {column.number: column.name for column in parent.columns}
    for mine, theirs in zip(own.split(","), other.split(",")):
        for column in child.columns:
            if column.number == int(mine):
                column.parent = (parent, names[int(theirs)])
    if child is not parent:
        child.parents.add(parent.oid)


def restrict(table: Table, definition: str) -> None:
    """Note the values that a check constraint names for the columns it mentions."""
    literals = re.findall(r"'((?:[^']|'')*)'", definition)
    for column in table.columns:
        if literals and re.search(rf"\b{re.escape(column.name)}\b", definition):
            column.literals = column.literals or [value.replace("''", "'") for value in literals]


def in_order(found: dict[int, Table]) -> list[Table]:
    """Return tables after those they refer to; a circle is broken where it is met."""
    done: dict[int, Table] = {}
    waiting = dict(found)
    while waiting:
        ready = [oid for oid, table in waiting.items() if table.parents <= done.keys()] or [next(iter(waiting))]
        for oid in ready:
            done[oid] = waiting.pop(oid)
    return list(done.values())


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
    """Return whether there is any row."""
    return bool(rows(connection, f"SELECT 1 FROM {table.quoted} LIMIT 1"))


def fill_one(connection: Any, table: Table) -> str:
    """Insert rows by the first attempt that the table takes; return why none was taken, empty when one was."""
    why = ""
    for first, everything in ATTEMPTS:
        try:
            with savepoint(connection):
                run(connection, insert(table, first, 0, everything))
        except Exception as error:
            why = why or first_line(error)
            continue
        for number in range(1, ROWS):
            try:
                with savepoint(connection):
                    run(connection, insert(table, first, number, everything))
            except Exception:  # one row is enough: some tables allow no second one
                break
        return ""
    return why


def insert(table: Table, first: int, number: int, everything: bool) -> str:
    """Return the statement that inserts row `number`."""
    chosen = [column for column in table.columns if wanted(column, everything)]
    if not chosen:
        return f"INSERT INTO {table.quoted} DEFAULT VALUES"
    names = ", ".join(quote(column.name) for column in chosen)
    values = ", ".join(value(column, first, number) for column in chosen)
    return f"INSERT INTO {table.quoted} ({names}) VALUES ({values})"


def wanted(column: Column, everything: bool) -> bool:
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


def schema(connection: Any, without: str) -> set[str]:
    """Return the schema as lines: columns, constraints, indexes and enumerations, in no order."""
    return {str(row[0]) for row in rows(connection, SCHEMA) if not re.search(rf"\b{re.escape(without)}", str(row[0]))}


@dataclass
class Content:
    """One table's rows at one moment: how many, and for each column (by number) its name and values that are not NULL."""

    oid: int
    label: str
    count: int
    columns: dict[int, tuple[str, int]]


def contents(connection: Any, without: str) -> list[Content]:
    """Return what is in every table."""
    return [content(connection, table) for table in tables(connection, without)]


def content(connection: Any, table: Table) -> Content:
    """Return what is in one table."""
    counts = ", ".join(f"count({quote(column.name)})" for column in table.columns)
    row = rows(connection, f"SELECT count(*), {counts} FROM {table.quoted}")[0]
    columns = {column.number: (column.name, row[place]) for place, column in enumerate(table.columns, 1)}
    return Content(table.oid, table.label, row[0], columns)


def lost(before: list[Content], after: list[Content], *, may_go: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (what, message) for rows and values that are not there any more.

    A renamed table keeps its oid and a renamed column its number, so neither is lost. `may_go` allows tables and
    columns to be gone, as on the way down of the revision that made them.
    """
    for old in before:
        new = next((one for one in after if one.oid == old.oid), None)
        new = new or next((one for one in after if one.label == old.label), None)
        if new is None:
            if old.count and not may_go:
                yield old.label, f"the table {old.label} is gone with its {old.count} rows"
            continue
        if new.count < old.count:
            yield old.label, f"{old.count - new.count} of {old.count} rows of {old.label} are gone"
            continue
        yield from lost_values(old, new, may_go=may_go)


def lost_values(old: Content, new: Content, *, may_go: bool) -> Iterator[tuple[str, str]]:
    """Yield columns whose values are gone or have become NULL."""
    by_name = dict(new.columns.values())
    for number, (name, filled) in old.columns.items():
        same = new.columns.get(number) if new.oid == old.oid else None
        now = same[1] if same is not None else by_name.get(name)
        if now is None:
            if filled and not may_go:
                yield f"{old.label}.{name}", f"the column {old.label}.{name} is gone with its {filled} values"
        elif now < filled:
            yield f"{old.label}.{name}", f"{filled - now} of {filled} values of {old.label}.{name} are gone"
