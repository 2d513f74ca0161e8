from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from kit import trees, values
from onward.errors import ReadError
from onward.gates import migrations
from onward.model.evidence import Reading
from onward.model.facts import Revision
from onward.model.finding import Severity
from onward.model.gate import CheckContext, Command, Outputs, ReadContext
from onward.model.pipeline import GateSettings, OptionValue, Profile

FILES = ("alembic.ini", "app/a.py", "migrations/versions/0001.py")
REVISION = {
    "id": "0001",
    "path": "m/0001.py",
    "line": 9,
    "new": True,
    "sql": "BEGIN;\nALTER TABLE a\n  DROP COLUMN b;\nCOMMIT;\n",
}
WALK: dict[str, Any] = {
    "format": 1, "alembic": "1.20.1", "server": "PostgreSQL 15.18", "heads": ["0001"], "revisions": [REVISION],
    "walked": ["0001"], "findings": [], "problems": [], "filled": ["a"], "unfilled": [], "reversible": 1, "notes": [],
    "complete": True,
}  # fmt: skip
LINT = {
    "file": "lint/0001.sql",
    "line": 1,
    "line_end": 2,
    "level": "Warning",
    "message": "Careful.",
    "help": None,
    "rule_name": "ban-drop-column",
}


def context(
    changed: tuple[str, ...] | None = (),
    base: str | None = "b" * 40,
    *,
    options: Mapping[str, OptionValue] | None = None,
) -> CheckContext:
    revision = Revision(head="h", base=base, branch="main", tree=None, dirty=False)
    project = values.project(files=FILES, changed=changed, revision=revision)
    defaults = {option.name: option.default for option in migrations.GATE.options}
    settings = GateSettings(gate="migrations", options=defaults | dict(options or {}))
    return values.context("migrations", project=project, settings=settings, python="3.11")


def commands(given: CheckContext) -> tuple[Command, ...]:
    return migrations.GATE.checks[0].commands(given)


def read(walk: dict[str, Any], lint: list[dict[str, Any]] | None = None, given: CheckContext | None = None) -> Reading:
    files = {"walk.json": json.dumps(walk).encode(), "squawk.json": json.dumps(lint or []).encode()}
    reading = migrations.GATE.checks[0].read
    return reading(Outputs(files=files, exits=(0, 0)), ReadContext(check=given or context(), tree="/t"))


def test_the_base_is_migrated_by_its_own_code_when_python_changed() -> None:
    base, walk, lint = commands(context(("app/a.py", "README.md")))
    assert base.argv[-3:] == ("--folder", "{base.tree}", "--missing={base.missing}")
    assert dict(base.env)["PYTHONPATH"] == "{base.tree}:{base.tree}/src"
    assert walk.argv[-2:] == ("--changed", "app/a.py")
    assert lint.argv[-1] == "lint/*.sql"


@pytest.mark.parametrize(
    "given", [context(()), context(("README.md",)), context(None, None)], ids=["same", "docs", "no base"]
)
def test_without_a_change_there_is_no_base_to_migrate(given: CheckContext) -> None:
    assert len(commands(given)) == 2


@pytest.mark.parametrize(("options", "word"), [({"lint": "all"}, "--lint-all"), ({"models": False}, "--no-models")])
def test_options_reach_the_walk(options: dict[str, OptionValue], word: str) -> None:
    assert word in commands(context(options=options))[0].argv
    assert word not in commands(context())[0].argv


def test_it_applies_where_alembic_is_configured() -> None:
    assert migrations.GATE.checks[0].applies(context()).yes
    assert not migrations.GATE.checks[0].applies(context(options={"config": "other.ini"})).yes


def test_lint_points_at_the_revision_and_names_the_statement() -> None:
    (finding,) = read(WALK, [LINT]).findings
    assert (finding.place.path, finding.place.line, finding.severity) == ("m/0001.py", 9, Severity.MEDIUM)
    assert finding.subject == "0001 ALTERTABLEaDROPCOLUMNb;"
    assert "ALTER TABLE a DROP COLUMN b;" in finding.message


def test_a_new_revision_that_was_not_walked_is_too_little() -> None:
    looked = {entry.what: entry for entry in read(WALK | {"walked": []}).looked_at}["new revisions walked"]
    assert (looked.count, looked.expected) == (0, 1)


def test_no_new_revision_is_nothing_to_check() -> None:
    looked = {
        entry.what: entry for entry in read(WALK | {"walked": [], "revisions": [REVISION | {"new": False}]}).looked_at
    }
    assert looked["new revisions walked"].expected == 0


def test_without_a_base_ci_knows_nothing() -> None:
    unknown = context(None, None)
    assert read(WALK, given=unknown).problems == ()
    assert [problem.code for problem in read(WALK, given=replace(unknown, profile=Profile.CI)).problems] == ["no-base"]


def test_tables_without_rows_are_named() -> None:
    notes = read(WALK | {"unfilled": [{"table": "odd", "why": "CheckViolation"}]}).notes
    assert "cannot insert rows into: odd (CheckViolation)" in notes


@pytest.mark.parametrize(
    "walk",
    [WALK | {"complete": False}, WALK | {"format": 2}, {}, WALK | {"revisions": 3}],
    ids=["incomplete", "later", "empty", "odd"],
)
def test_anything_else_is_unreadable(walk: dict[str, Any]) -> None:
    with pytest.raises(ReadError):
        read(walk)


HISTORY = trees.texts({
    "migrations/versions/0001.py": """
        revision: str = "0001"
        down_revision: str | None = None
        op.create_table("users")
        """,
    "migrations/versions/0002.py": """
        revision = '0002'
        down_revision = '0001'
        op.create_table(
            "accounts")
        """,
    "app/a.py": "down_revision = 3",
})  # fmt: skip


@pytest.mark.parametrize("defect", migrations.GATE.defects, ids=lambda defect: defect.id)
def test_defects_come_after_the_head(defect: Any) -> None:
    edits = [edit for change in defect.plant(HISTORY, values.pipeline()) for edit in change.edits]
    assert edits
    for edit in edits:
        assert edit.path.startswith("migrations/versions/planted_")
        assert "down_revision = '0002'" in edit.text
        compile(edit.text, edit.path, "exec")
