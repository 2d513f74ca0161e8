"""The migrations gate on a real PostgreSQL, with the project's own alembic and env.py."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kit import guests, repos, require, steps
from kit.revisions import revision
from onward.errors import OnwardError
from onward.execute.process.processes import Processes
from onward.execute.provision.python.interpreters import Interpreters
from onward.execute.provision.tools.provider import ToolProvider, registry_environment
from onward.execute.services.pool import ServicePool
from onward.gates import migrations
from onward.model.evidence import Evidence
from onward.model.gate import Defect
from onward.model.pipeline import OptionValue, Pipeline, ServiceSpec
from onward.model.places import Places
from onward.model.toolbox import SQUAWK

pytestmark = [pytest.mark.tools, pytest.mark.services]

SPEC = ServiceSpec(
    name="postgres",
    kind="postgres",
    image="postgres:15",
    version="15",
    variables=("DATABASE_URL",),
    scheme="postgresql+psycopg",
)
MODELS = """import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = sa.Column(sa.BigInteger, primary_key=True)
    email = sa.Column(sa.String(200), nullable=False, unique=True)
    country = sa.Column(sa.String(2))


class Wallet(Base):
    __tablename__ = "wallets"
    id = sa.Column(sa.BigInteger, primary_key=True)
    user_id = sa.Column(sa.BigInteger, sa.ForeignKey("users.id"), nullable=False, unique=True)
    balance = sa.Column(sa.Numeric(12, 2), sa.CheckConstraint("balance >= 0"), nullable=False)
    state = sa.Column(sa.Text, sa.CheckConstraint("state IN ('open', 'closed')"), nullable=False)
"""
ENV = """import os

from alembic import context
from sqlalchemy import create_engine, pool, text

from app.models import Base

engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '60s'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=%s)
    with context.begin_transaction():
        context.run_migrations()
"""
USERS = """op.create_table(
    "users",
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("email", sa.String(200), nullable=False, unique=True),
)
op.execute("INSERT INTO users (email) VALUES ('root@example.org')")"""
WALLETS = """op.create_table(
    "wallets",
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id"), nullable=False, unique=True),
    sa.Column("balance", sa.Numeric(12, 2), sa.CheckConstraint("balance >= 0"), nullable=False),
    sa.Column("state", sa.Text, sa.CheckConstraint("state IN ('open', 'closed')"), nullable=False),
)"""
PROJECT = {
    "alembic.ini": "[alembic]\nscript_location = migrations\nprepend_sys_path = .\nsqlalchemy.url = postgresql://prod/live\n",
    "migrations/env.py": ENV % "False",
    "app/__init__.py": "",
    "app/models.py": MODELS,
    **revision("0001", None, USERS, 'op.drop_table("users")'),
    **revision("0002", "0001", WALLETS, 'op.drop_table("wallets")'),
    **revision(
        "0003",
        "0002",
        'op.add_column("users", sa.Column("country", sa.String(2)))\n'
        'op.get_bind().execute(sa.text("UPDATE users SET country = :code"), {"code": "DE"})',
        'op.drop_column("users", "country")',
    ),
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return steps.environment(
        tmp_path_factory.mktemp("env"), "alembic", "sqlalchemy", "psycopg[binary]", "asyncpg", "greenlet"
    )


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServicePool, str]]:
    root = tmp_path_factory.mktemp("machine")
    places = Places(cache=root / "cache", state=root / "state")
    (root / "run").mkdir()
    with (root / "run" / "lock").open("w") as lock, Processes() as processes:
        # as a run does: without it, the next onward on this machine would take the server for a leftover
        fcntl.flock(lock, fcntl.LOCK_EX)
        shop = ToolProvider(places, processes, registry_environment(os.environ))
        python = Interpreters(os.environ, places).find("3.11")
        squawk = shop.obtain(SQUAWK, python=python.path if python else None, project=None, environment=None)
        with ServicePool(
            (SPEC,),
            places=places,
            run_dir=root / "run",
            processes=processes,
            tool_provider=shop,
            environ=os.environ,
            strict_version=False,
        ) as pool:
            yield pool, str(squawk.executable)


@pytest.fixture
def stage(tmp_path: Path, python: Path, machine: tuple[ServicePool, str]) -> Iterator[steps.Stage]:
    pool, squawk = machine
    tree = repos.make(tmp_path / "shop", PROJECT).root
    try:
        with pool.lease("migrations/alembic", ("postgres",), 0) as leases:
            env = {"DATABASE_URL": leases[0].url}
            yield steps.Stage(tree=tree, work=tmp_path / "work", python=python, tools={"squawk": squawk}, env=env)
    except OnwardError as error:
        require.absent("postgres", error.message)


def given(**options: OptionValue) -> Pipeline:
    return replace(steps.pipeline_of((migrations.GATE,), {"migrations": options}), services=(SPEC,))


def perform(stage: steps.Stage, *changed: str, name: str = "step", **options: OptionValue) -> Evidence:
    head = repos.Repo(stage.tree).head
    context = steps.context_for(stage.tree, "migrations", given(**options), base=head, changed=changed)
    return stage.perform(migrations.GATE.checks[0], context, name)


def walk(stage: steps.Stage, *changed: str, name: str = "step", **options: OptionValue) -> Evidence:
    evidence = perform(stage, *changed, name=name, **options)
    assert evidence.error is None
    return evidence


def ended_with(evidence: Evidence) -> tuple[str, str]:
    assert evidence.error is not None
    return evidence.error.code, evidence.attempts[-1].outcome


def found(reading: Evidence) -> set[tuple[str, str]]:
    return {(finding.rule, finding.subject) for finding in reading.findings if finding.tool == "alembic"}


def add(stage: steps.Stage, files: Mapping[str, str]) -> tuple[str, ...]:
    steps.write(stage.tree, files)
    return tuple(files)


def looked(reading: Evidence) -> dict[str, int]:
    return {entry.what: entry.count for entry in reading.looked_at}


@pytest.mark.parametrize("per_migration", ["False", "True"])
def test_a_sound_history(stage: steps.Stage, per_migration: str) -> None:
    steps.write(stage.tree, {"migrations/env.py": ENV % per_migration})
    reading = walk(stage)
    assert reading.findings == ()
    assert reading.problems == ()
    assert looked(reading) == {"revisions": 3, "new revisions walked": 0, "tables with rows": 2}
    assert {measure.name: measure.value for measure in reading.measures}["migrations.reversible"] == 3


@pytest.mark.parametrize("defect", migrations.GATE.defects, ids=lambda defect: defect.id)
def test_defects_are_caught(stage: steps.Stage, defect: Defect) -> None:
    planted = stage.plant(defect.plant(steps.Folder(root=stage.tree), given()))
    assert defect.rule in {rule for rule, _ in found(walk(stage, *planted))}


ADD_NOTE = revision(
    "0004", "0003", 'op.add_column("users", sa.Column("note", sa.Text))', 'op.drop_column("users", "note")'
)
WITH_NOTE = {"app/models.py": MODELS.replace("    country =", "    note = sa.Column(sa.Text)\n    country =")}


def test_a_sound_new_revision(stage: steps.Stage) -> None:
    reading = walk(stage, *add(stage, {**ADD_NOTE, **WITH_NOTE}))
    assert reading.findings == ()
    assert any("the base's own code" in note for note in reading.notes)
    assert looked(reading)["new revisions walked"] == 1
    assert "ALTER TABLE users ADD COLUMN note TEXT" in (stage.work / "step" / "sql" / "0004.sql").read_text()


def test_a_project_whose_modules_are_called_as_ours_are(stage: steps.Stage) -> None:
    own = {**guests.NAMESAKES, "migrations/env.py": guests.CHECK + ENV % "False"}
    repos.Repo(stage.tree).commit("Names", own)
    reading = walk(stage, *add(stage, {**ADD_NOTE, **WITH_NOTE}))
    assert (reading.findings, reading.problems) == ((), ())
    assert any("the base's own code" in note for note in reading.notes)


def test_create_all_on_live_models_hides_nothing(stage: steps.Stage) -> None:
    """With the change's own models the new column would be there before its revision; with the base's it is not."""
    live = revision("0001", None, "from app.models import Base\nBase.metadata.create_all(op.get_bind())", "pass")
    for name in ("0002", "0003"):
        steps.write(stage.tree, revision(name, "0001" if name == "0002" else "0002", "pass", "pass"))
    repos.Repo(stage.tree).commit("A history that calls create_all", live)
    up = 'op.execute("ALTER TABLE users ADD COLUMN IF NOT EXISTS note TEXT")'
    sound = revision("0004", "0003", up, 'op.execute("ALTER TABLE users DROP COLUMN note")')
    reading = walk(stage, *add(stage, {**sound, **WITH_NOTE}), name="sound")
    assert found(reading) == set()
    assert looked(reading)["new revisions walked"] == 1
    assert any("create_all" in note for note in reading.notes)
    assert any("the base's own code" in note for note in reading.notes)
    wrong = revision("0004", "0003", up + '\nop.execute("ALTER TABLE users ALTER COLUMN note SET NOT NULL")', "pass")
    reading = walk(stage, *add(stage, {**wrong, **WITH_NOTE}), name="wrong")
    assert ("upgrade-fails", "0004") in found(reading)


def test_a_dropped_column_loses_its_values(stage: steps.Stage) -> None:
    drop = revision(
        "0004",
        "0003",
        'op.drop_column("users", "country")',
        'op.add_column("users", sa.Column("country", sa.String(2)))',
    )
    reading = walk(stage, *add(stage, drop))
    assert ("rows-lost", "0004: users.country") in found(reading)
    assert {finding.rule for finding in reading.findings if finding.tool == "squawk"} == {"ban-drop-column"}


def test_renamed_tables_and_columns_lose_nothing(stage: steps.Stage) -> None:
    up = 'op.rename_table("wallets", "purses")\nop.alter_column("purses", "state", new_column_name="status")'
    back = 'op.alter_column("purses", "status", new_column_name="state")\nop.rename_table("purses", "wallets")'
    reading = walk(stage, *add(stage, revision("0004", "0003", up, back)), models=False)
    assert found(reading) == set()


def test_values_that_do_not_come_back(stage: steps.Stage) -> None:
    up = "op.execute(\"UPDATE users SET email = 'x' || id\")"
    reading = walk(stage, *add(stage, revision("0004", "0003", up, "pass")))
    assert found(reading) == {("rows-changed", "0004: users.email")}


def test_a_way_down_that_forgets_something(stage: steps.Stage) -> None:
    up = 'op.add_column("users", sa.Column("note", sa.Text))\nop.create_index("ix", "wallets", ["state"])'
    reading = walk(stage, *add(stage, {**revision("0004", "0003", up, 'op.drop_column("users", "note")'), **WITH_NOTE}))
    assert {"round-trip-differs", "upgrade-fails"} <= {rule for rule, _ in found(reading)}


def test_history_that_cannot_be_walked_down_is_a_measure(stage: steps.Stage) -> None:
    changed = revision("0002", "0001", WALLETS, 'raise RuntimeError("there is no way back")')
    repos.Repo(stage.tree).commit("No way back", changed)
    reading = walk(stage)
    assert reading.findings == ()
    assert {measure.name: measure.value for measure in reading.measures}["migrations.reversible"] == 1


def test_a_changed_revision_is_walked_from_its_own_history(stage: steps.Stage) -> None:
    changed = revision("0002", "0001", WALLETS, 'op.drop_table("purses")')
    reading = walk(stage, *add(stage, changed))
    assert ("downgrade-fails", "0002") in found(reading)


def test_all_sql_is_linted_on_request(stage: steps.Stage) -> None:
    assert {finding.tool for finding in walk(stage, lint="all").findings} == {"squawk"}


def test_no_models_to_compare_is_a_problem(stage: steps.Stage) -> None:
    steps.write(
        stage.tree,
        {"migrations/env.py": (ENV % "False").replace("target_metadata=Base.metadata", "target_metadata=None")},
    )
    assert [problem.code for problem in walk(stage).problems] == ["no-models"]


@pytest.mark.parametrize(
    ("url", "words"),
    [("postgresql+psycopg://127.0.0.1:1/onward", "cannot reach the database"), ("", "DATABASE_URL")],
    ids=["nothing listens", "no address"],
)
def test_without_a_database_nothing_is_known(stage: steps.Stage, url: str, words: str) -> None:
    evidence = perform(replace(stage, env={"DATABASE_URL": url}))
    assert ended_with(evidence) == ("exit-code", "exit:3")
    assert words in (stage.work / "step" / "log.txt").read_text()


def test_an_environment_that_goes_elsewhere_is_refused(stage: steps.Stage) -> None:
    """The walk empties the database: it must be the one that was handed out, never one that env.py prefers."""
    other = stage.env["DATABASE_URL"].rpartition("/")[0] + "/postgres"
    steps.write(stage.tree, {"migrations/env.py": (ENV % "False").replace('os.environ["DATABASE_URL"]', f'"{other}"')})
    assert ended_with(perform(stage)) == ("exit-code", "exit:3")


ASYNC = """import asyncio
import os

from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from app.models import Base


def migrate(connection):
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = create_async_engine(os.environ["DATABASE_URL"].replace("+psycopg", "+asyncpg"))
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(main())
"""


def test_an_asynchronous_environment(stage: steps.Stage) -> None:
    steps.write(stage.tree, {"migrations/env.py": ASYNC})
    reading = walk(stage, *add(stage, {**ADD_NOTE, **WITH_NOTE}))
    assert found(reading) == set()
    assert looked(reading) == {"revisions": 4, "new revisions walked": 1, "tables with rows": 2}


HARD = (
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
    """CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, boss int REFERENCES people(id),
    email text NOT NULL CHECK (email ~ '^[^@]+@[^@]+\\.[a-z]+$'), phone varchar(16) CHECK (phone ~ '^\\+[1-9][0-9]{6,14}$'),
    currency char(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'), feels mood NOT NULL, tags text[] NOT NULL, n positive NOT NULL,
    twice int GENERATED ALWAYS AS (id * 2) STORED, url text NOT NULL CHECK (url LIKE 'https://%'))""",
    """CREATE TABLE spans (x int, y uuid, CHECK (x BETWEEN 20 AND 30), lo date NOT NULL, hi date NOT NULL, CHECK (lo < hi),
    PRIMARY KEY (x, y), share numeric(3, 2) NOT NULL CHECK (share <= 1), even int NOT NULL CHECK (even % 2 = 0))""",
    """CREATE TABLE moves (x int NOT NULL, y uuid NOT NULL, FOREIGN KEY (x, y) REFERENCES spans (x, y), kind text NOT NULL,
    amount int NOT NULL, CHECK ((kind = 'in' AND amount > 0) OR (kind = 'out' AND amount < 0)), UNIQUE (x, y),
    token char(64) NOT NULL CHECK (token ~ '^[0-9a-f]{64}$'), j jsonb NOT NULL CHECK (jsonb_typeof(j) = 'object'))""",
    "CREATE TABLE one_row (id int PRIMARY KEY CHECK (id = 1))",
    "CREATE TABLE parts (id int NOT NULL, at date NOT NULL) PARTITION BY RANGE (at)",
    "CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2030-01-01')",
    'CREATE TABLE "Odd ""Name" ("select" text NOT NULL, "a b" timestamptz NOT NULL)',
    "CREATE TABLE round_a (id int PRIMARY KEY, b int NOT NULL)",
    "CREATE TABLE round_b (id int PRIMARY KEY, a int NOT NULL REFERENCES round_a (id))",
    "ALTER TABLE round_a ADD FOREIGN KEY (b) REFERENCES round_b (id)",
)


def test_rows_for_tables_with_conditions(stage: steps.Stage) -> None:
    up = "\n".join(f"op.get_bind().exec_driver_sql({statement.replace('%', '%%')!r})" for statement in HARD)
    repos.Repo(stage.tree).commit("Hard tables", revision("0004", "0003", up, "pass"))
    reading = walk(stage, models=False)
    unfilled = next(note for note in reading.notes if note.startswith("cannot insert rows"))
    assert looked(reading)["tables with rows"] == 8
    assert {"round_a", "round_b"} == {
        word for word in ("round_a", "round_b", "people", "moves", "spans") if word in unfilled
    }


def test_an_index_built_outside_of_a_transaction(stage: steps.Stage) -> None:
    up = (
        "with op.get_context().autocommit_block():\n"
        '    op.create_index("ix", "wallets", ["state"], postgresql_concurrently=True, if_not_exists=True)'
    )
    reading = walk(stage, *add(stage, revision("0004", "0003", up, 'op.drop_index("ix")')), models=False)
    assert reading.findings == ()
    sql = (stage.work / "step" / "sql" / "0004.sql").read_text()
    assert "BEGIN" not in sql
    assert "CREATE INDEX CONCURRENTLY" in sql
