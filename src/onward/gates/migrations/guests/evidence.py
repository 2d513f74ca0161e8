"""What a walk over revisions leaves behind: its evidence, the SQL of every revision, and what is to be linted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Optional

from .steps import alembic


def write(walk: Any) -> None:
    """Write walk.json, sql/ and lint/ into the walk's folder for outputs."""
    out, sql = Path(walk.options.out), {name: text_of(walk.migrations.sql.get(name, [])) for name in walk.order}
    chosen = walk.order if walk.options.lint_all else walk.new
    for folder in ("sql", "lint"):
        (out / folder).mkdir(exist_ok=True)
    # a linter that is given no file at all cannot be told from one that did not look
    (out / "lint" / "nothing.sql").touch()
    for name, text in sql.items():
        (out / "sql" / f"{name}.sql").write_text(text, encoding="utf-8")
        if name in chosen and text:
            (out / "lint" / f"{name}.sql").write_text(text, encoding="utf-8")
    (out / "walk.json").write_text(json.dumps(evidence(walk, sql)), encoding="utf-8")


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


def evidence(walk: Any, sql: dict[str, str]) -> dict[str, object]:
    """Return the walk as JSON: `complete` comes last, so that a reader knows it was written whole."""
    return {
        "format": 1,
        "alembic": alembic.__version__,
        "server": walk.server,
        "heads": walk.migrations.heads,
        "revisions": [revision(walk, name, sql[name]) for name in walk.order],
        "walked": walk.walked,
        "findings": list(walk.findings.values()),
        "problems": walk.problems,
        "filled": walk.filled,
        "unfilled": walk.unfilled,
        "reversible": walk.reversible,
        "notes": walk.notes,
        "complete": True,
    }


def revision(walk: Any, name: str, sql: str) -> dict[str, object]:
    """Return one revision and where it is."""
    line = line_of(walk.migrations.revision(name).path, "upgrade")
    return {"id": name, "path": walk.path(name), "line": line, "new": name in walk.new, "sql": sql}


def source(path: str) -> str:
    """Return the text of a revision's file."""
    return Path(path).read_text(encoding="utf-8", errors="replace")


def line_of(path: str, function: str) -> Optional[int]:
    """Return the line on which a function begins."""
    lines = source(path).splitlines()
    return next((number for number, line in enumerate(lines, 1) if re.match(rf"\s*def {function}\b", line)), None)
