"""Faults that the migrations gate must catch; each is a new revision after the project's own head."""

from __future__ import annotations

import re

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

_REVISION = re.compile(r"^revision\s*(?::[^=]*)?=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
_DOWN = re.compile(r"^down_revision\s*(?::[^=]*)?=\s*(.+?)$", re.MULTILINE)
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")
_TABLE = re.compile(r"create_table\(\s*[\"']([^\"']+)[\"']")
_TEXT = '''"""Planted: {title}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down_step}
'''


def _history(tree: Tree) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return each revision of the project: its id, its file, and the ids it comes after."""
    found = {}
    for path in tree.paths:
        text = tree.text(path) if path.endswith(".py") else None
        revision, down = (_REVISION.search(text), _DOWN.search(text)) if text else (None, None)
        if revision and down:
            found[revision.group(1)] = (path, tuple(_QUOTED.findall(down.group(1))))
    return found


def _heads(history: dict[str, tuple[str, tuple[str, ...]]]) -> list[str]:
    parents = {parent for _, down in history.values() for parent in down}
    return [revision for revision in history if revision not in parents]


def _change(tree: Tree, name: str, *, title: str, up: str, down: str) -> tuple[Change, ...]:
    history = _history(tree)
    head = _heads(history)[0]
    edit = _edit(history[head][0], head, name, text={"title": title, "up": up, "down_step": down})
    return (Change(edits=(edit,)),)


def _edit(beside: str, parent: str | None, name: str, *, text: dict[str, str]) -> Edit:
    folder = beside.rpartition("/")[0]
    return Edit(path=f"{folder}/{name}.py", text=_TEXT.format(revision=name, down=parent, **text))


def _first_table(tree: Tree) -> str:
    """Return a table that the history creates; alphabetically the first, to be the same every time."""
    texts = [tree.text(path) or "" for path, _ in _history(tree).values()]
    return min(match.group(1) for text in texts for match in _TABLE.finditer(text))


def plant_lost_rows(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    """Add a revision that empties a table."""
    up = f'op.execute("TRUNCATE {_first_table(tree)} CASCADE")'
    return _change(tree, "planted_lost_rows", title="a migration loses rows", up=up, down="pass")


def plant_second_head(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    """Add two revisions after the same one."""
    history = _history(tree)
    head = _heads(history)[0]
    text = {"title": "one of two heads", "up": "pass", "down_step": "pass"}
    edits = tuple(_edit(history[head][0], head, name, text=text) for name in ("planted_head_a", "planted_head_b"))
    return (Change(edits=edits),)


def plant_no_way_back(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    """Add a revision that cannot be downgraded."""
    up = 'op.create_table("planted_no_way_back", sa.Column("id", sa.BigInteger, primary_key=True))'
    down = 'op.drop_table("planted_wrong_name")'
    return _change(tree, "planted_no_way_back", title="a downgrade fails", up=up, down=down)


def plant_unknown_to_models(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    """Add a revision that makes a table no model knows."""
    up = 'op.create_table("planted_stray", sa.Column("id", sa.BigInteger, primary_key=True))'
    down = 'op.drop_table("planted_stray")'
    return _change(tree, "planted_stray", title="a table without a model", up=up, down=down)


def plant_required_column(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    """Add a revision that works on empty tables only: a required column without a default."""
    table = _first_table(tree)
    up = f'op.add_column("{table}", sa.Column("planted", sa.BigInteger, nullable=False))'
    down = f'op.drop_column("{table}", "planted")'
    return _change(tree, "planted_required", title="a required column without a default", up=up, down=down)


def _defect(name: str, title: str, rule: str) -> Defect:
    return Defect(id=name, title=title, check="alembic", rule=rule, plant=_PLANTS[name])


_PLANTS = {
    "lost-rows": plant_lost_rows,
    "second-head": plant_second_head,
    "no-way-back": plant_no_way_back,
    "stray-table": plant_unknown_to_models,
    "required-column": plant_required_column,
}
DEFECTS = (
    _defect("lost-rows", "a revision that throws rows away", "rows-lost"),
    _defect("second-head", "two heads", "multiple-heads"),
    _defect("no-way-back", "a revision that cannot be downgraded", "downgrade-fails"),
    _defect("stray-table", "a table that no model declares", "models-differ"),
    _defect("required-column", "a revision that fails as soon as there are rows", "upgrade-fails"),
)
