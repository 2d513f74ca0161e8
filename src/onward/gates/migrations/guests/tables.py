"""What tables a PostgreSQL database has, and what values their columns take."""

# ruff: noqa: S608  # identifiers are quoted, and every value in a statement is made here
from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Optional

from .steps import rows, run

NAMESPACES = "n.nspname NOT IN ('information_schema') AND left(n.nspname, 3) <> 'pg_'"
NOT_OF_AN_EXTENSION = "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
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
SELECT conrelid, confrelid, array_to_string(conkey, ','), array_to_string(confkey, ','), contype::text,
  coalesce(pg_get_expr(conbin, conrelid), '')
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
    parent: Optional[tuple[Table, str]] = None


@dataclass
class Table:
    """One table; `parents` are the tables that its rows refer to, `checks` the columns and the text of each condition."""

    oid: int
    schema: str
    name: str
    columns: list[Column] = field(default_factory=list)
    parents: set[int] = field(default_factory=set)
    checks: list[tuple[frozenset[str], str]] = field(default_factory=list)

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
    for child, parent, own, other, kind, condition in rows(connection, KEYS):
        text = kind.decode() if isinstance(kind, bytes) else kind
        if child in found and text == "f" and parent in found:
            refer(found[child], found[parent], own, other)
        if child in found and text == "c":
            numbers = {int(number) for number in (own or "").split(",") if number}
            names = frozenset(column.name for column in found[child].columns if column.number in numbers)
            found[child].checks.append((names, condition))
    return in_order(found)


def refer(child: Table, parent: Table, own: str, other: str) -> None:
    """Note which columns of `child` take their values from `parent`."""
    names = {column.number: column.name for column in parent.columns}
    for mine, theirs in zip(own.split(","), other.split(",")):  # noqa: B905  # Python 3.9 knows no strict
        for column in child.columns:
            if column.number == int(mine):
                column.parent = (parent, names[int(theirs)])
    if child is not parent:
        child.parents.add(parent.oid)


def in_order(found: dict[int, Table]) -> list[Table]:
    """Return tables after those they refer to; a circle is broken where it is met."""
    done: dict[int, Table] = {}
    waiting = dict(found)
    while waiting:
        ready = [oid for oid, table in waiting.items() if table.parents <= done.keys()] or [next(iter(waiting))]
        for oid in ready:
            done[oid] = waiting.pop(oid)
    return list(done.values())


def schema(connection: Any, without: str) -> set[str]:
    """Return the schema as lines: columns, constraints, indexes and enumerations, in no order."""
    return {str(row[0]) for row in rows(connection, SCHEMA) if not re.search(rf"\b{re.escape(without)}", str(row[0]))}


def reset(connection: Any) -> None:
    """Empty the database: every schema of the project goes, extensions that were there come back."""
    extensions = rows(
        connection,
        "SELECT e.extname, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'",
    )
    for row in rows(connection, f"SELECT n.nspname FROM pg_namespace n WHERE {NAMESPACES}"):
        run(connection, f"DROP SCHEMA {quote(row[0])} CASCADE")
    run(connection, "CREATE SCHEMA public")
    for name, schema_name in extensions:
        run(connection, f"CREATE SCHEMA IF NOT EXISTS {quote(schema_name)}")
        run(connection, f"CREATE EXTENSION IF NOT EXISTS {quote(name)} SCHEMA {quote(schema_name)}")
