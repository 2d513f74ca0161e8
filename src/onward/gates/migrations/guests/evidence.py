"""What a walk over revisions leaves behind: its evidence, the SQL of every revision, and what is to be linted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Optional

from ....guest.write_shape import write_shape
from ..shapes import Walk


def write(out: Path, walk: Walk, *, lint_all: bool) -> None:
    """Write walk.json, sql/ and lint/ into the folder for outputs."""
    for folder in ("sql", "lint"):
        (out / folder).mkdir(exist_ok=True)
    # a linter that is given no file at all cannot be told from one that did not look
    (out / "lint" / "nothing.sql").touch()
    for one in walk.revisions:
        (out / "sql" / f"{one.id}.sql").write_text(one.sql, encoding="utf-8")
        if one.sql and (one.new or lint_all):
            (out / "lint" / f"{one.id}.sql").write_text(one.sql, encoding="utf-8")
    write_shape(out / "walk.json", walk)


def text_of(statements: list[tuple[str, bool]]) -> str:
    """Return (statement, outside of a transaction) as one file, transactions where they were."""
    lines, inside = [], False
    for statement, outside in statements:
        if inside == outside:
            lines.append("COMMIT" if outside else "BEGIN")
            inside = not outside
        last = statement.strip().rstrip(";")
        lines.append(f"{last}\n" if "--" in last.rpartition("\n")[2] else last)
    return "".join(f"{line};\n" for line in [*lines, *(["COMMIT"] if inside else [])])


def source(path: str) -> str:
    """Return the text of a revision's file."""
    return Path(path).read_text(encoding="utf-8", errors="replace")


def line_of(path: str, function: str) -> Optional[int]:
    """Return the line on which a function begins."""
    lines = source(path).splitlines()
    return next((number for number, line in enumerate(lines, 1) if re.match(rf"\s*def {function}\b", line)), None)
