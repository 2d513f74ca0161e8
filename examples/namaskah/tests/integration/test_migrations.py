"""Migrations on a real database, in a schema of their own, with rows in the tables."""

from __future__ import annotations

from typing import Dict, Iterator, List
from urllib.parse import quote

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from redis import Redis
from sqlalchemy import Engine, create_engine, func, inspect, select, table, text
from sqlalchemy.pool import NullPool

from app.config import Settings, with_driver
from app.services.bookings import Order
from tests.support import postgres
from tests.support.clock import FakeClock
from tests.support.limiter import MemoryRateLimiter
from tests.support.world import TELEGRAM_CENTS, build_world

SCHEMA = "migration_walk"
REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory.from_config(postgres.alembic_config("")).walk_revisions()))
]

OLD_ROWS = (
    "INSERT INTO users (email, password_hash, credits) "
    "VALUES ('ada@example.com', 'x', 12.34), ('bob@example.com', 'x', 0)",
    "INSERT INTO payments (user_id, reference, amount_cents) SELECT id, 'r' || id, 100 FROM users",
    "INSERT INTO verifications (user_id, service_code, country, price_cents, expires_at) "
    "SELECT id, 'forgotten', 'IN', 40, now() FROM users",
)

OLD_ENTRIES = """
INSERT INTO ledger_entries (wallet_id, kind, amount_cents, balance_after_cents, reference)
SELECT wallets.id, old.kind, old.amount, 0, old.reference
FROM (VALUES
    (1, 'deposit', 100, 'payment:1'),
    (2, 'deposit', 100, 'payment:1'),
    (1, 'purchase', -40, 'verification:2'),
    (1, 'refund', 40, 'verification:999')
) AS old (wallet, kind, amount, reference) JOIN wallets ON wallets.id = old.wallet
ORDER BY old.reference, old.wallet
"""


@pytest.fixture
def engine(real_settings: Settings) -> Iterator[Engine]:
    """Connections that live in an empty schema beside the one that the other tests use."""
    url = _in_schema(real_settings.database_url)
    engine = create_engine(with_driver(url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    yield engine
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))


@pytest.fixture
def config(real_settings: Settings, engine: Engine) -> Config:
    return postgres.alembic_config(_in_schema(real_settings.database_url))


def _in_schema(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}options={quote(f'-csearch_path={SCHEMA}')}"


def execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def rows(engine: Engine, query: str) -> List[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def counts(engine: Engine) -> Dict[str, int]:
    tables = [name for name in inspect(engine).get_table_names() if name != "alembic_version"]
    with engine.connect() as connection:
        return {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in tables}


def lost(before: Dict[str, int], after: Dict[str, int]) -> Dict[str, int]:
    """How many rows are missing, by table; a data migration may add some."""
    return {name: count - after.get(name, 0) for name, count in before.items() if after.get(name, 0) < count}


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(postgres.alembic_config("")).get_heads()) == 1
    assert len(REVISIONS) >= 6


def test_the_models_are_what_the_migrations_make(engine: Engine, config: Config) -> None:
    command.upgrade(config, "head")
    command.check(config)


def test_every_revision_goes_down_and_up_and_keeps_the_rows(engine: Engine, config: Config) -> None:
    command.upgrade(config, "0002")
    execute(engine, *OLD_ROWS)
    for before, revision in zip(REVISIONS[1:], REVISIONS[2:]):
        expected = counts(engine)
        command.upgrade(config, revision)
        command.downgrade(config, before)
        assert not lost(expected, counts(engine)), f"going back from {revision} lost rows"
        command.upgrade(config, revision)
        assert not lost(expected, counts(engine)), f"{revision} lost rows"


def test_what_the_application_wrote_survives_the_whole_way_down_and_up(
    real_settings: Settings, real_redis: Redis, engine: Engine, config: Config
) -> None:
    command.upgrade(config, "head")
    clock = FakeClock()
    world = build_world(real_settings, engine, real_redis, MemoryRateLimiter(clock), clock)
    user = world.user(cents=500)
    for country in ("IN", "XX"):
        world.services.verifications.purchase(user.id, Order("telegram", country, f"order-for-{country}"))
    expected = counts(engine)
    for revision in reversed(REVISIONS[2:-1]):
        command.downgrade(config, revision)
        left = counts(engine)
        assert not lost({name: count for name, count in expected.items() if name in left}, left), revision
    command.upgrade(config, "head")
    assert set(lost(expected, counts(engine))) == {"webhook_events"}
    assert world.balance(user) == 500 - 2 * TELEGRAM_CENTS
    world.clock.advance(real_settings.verification_ttl_seconds)
    assert world.services.verifications.sweep() == 2


def test_everything_can_be_taken_back(engine: Engine, config: Config) -> None:
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    assert counts(engine) == {}


def test_credit_becomes_a_balance_that_the_ledger_explains(engine: Engine, config: Config) -> None:
    command.upgrade(config, "0002")
    execute(engine, *OLD_ROWS)
    command.upgrade(config, "head")
    query = "SELECT email, balance_cents, amount_cents, kind FROM users JOIN wallets ON user_id = users.id LEFT JOIN {}"
    entries = rows(engine, query.format("ledger_entries ON wallet_id = wallets.id ORDER BY email"))
    assert entries == [("ada@example.com", 1234, 1234, "opening"), ("bob@example.com", 0, None, None)]


def test_what_was_spent_is_not_given_back_by_going_back(engine: Engine, config: Config) -> None:
    command.upgrade(config, "0002")
    execute(engine, *OLD_ROWS)
    command.upgrade(config, "head")
    execute(engine, "UPDATE wallets SET balance_cents = 1000 WHERE balance_cents = 1234")
    command.downgrade(config, "0003")
    credits = "SELECT credits::text FROM users ORDER BY email"
    assert rows(engine, credits) == [("10.00",), ("0.00",)]
    command.upgrade(config, "head")
    assert rows(engine, "SELECT balance_cents FROM wallets ORDER BY id") == [(1000,), (0,)]


def test_old_entries_are_linked_to_their_cause_once(engine: Engine, config: Config) -> None:
    command.upgrade(config, "0002")
    execute(engine, *OLD_ROWS)
    command.upgrade(config, "0007")
    execute(engine, OLD_ENTRIES)
    command.upgrade(config, "head")
    linked = "SELECT reference, payment_id, verification_id FROM ledger_entries WHERE kind <> 'opening' ORDER BY id"
    assert rows(engine, linked) == [
        ("payment:1", 1, None),
        ("payment:1", None, None),
        ("verification:2", None, 2),
        ("verification:999", None, None),
    ]


def test_services_that_were_sold_once_are_listed_but_not_for_sale(engine: Engine, config: Config) -> None:
    command.upgrade(config, "0002")
    execute(engine, *OLD_ROWS)
    command.upgrade(config, "head")
    assert rows(engine, "SELECT price_cents, is_enabled FROM services WHERE code = 'forgotten'") == [(40, False)]


def test_a_migration_that_reads_rows_cannot_be_written_beforehand(config: Config) -> None:
    with pytest.raises(CommandError, match="0004 reads rows"):
        command.upgrade(config, "head", sql=True)


@pytest.mark.parametrize("url", ["", "sqlite://"])
def test_only_postgresql_is_migrated(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(CommandError, match="must name the PostgreSQL database"):
        command.upgrade(postgres.alembic_config(url), "head")
