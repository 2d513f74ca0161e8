"""The real database that the environment names: migrated once, emptied before each test."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, delete, text

from app.models import Base, Service

ROOT = Path(__file__).resolve().parents[2]
SESSION_LOCK = 0x6E616D61


def alembic_config(url: str) -> Config:
    """Alembic on this database, without touching the logging of the tests."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes.update(database_url=url, configure_logging=False)
    return config


def migrate(url: str) -> None:
    """Bring the database to the head revision."""
    command.upgrade(alembic_config(url), "head")


def claim(connection: Connection) -> bool:
    """Whether this test session has the database for itself; held until the connection is closed."""
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": SESSION_LOCK}))


def empty(engine: Engine) -> None:
    """Delete every row but the catalogue, which is part of the schema."""
    with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            if table is not Service.__table__:
                connection.execute(delete(table))
