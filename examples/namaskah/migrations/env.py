"""Runs migrations on the database that DATABASE_URL names, which must be PostgreSQL."""

from __future__ import annotations

import os
from logging.config import fileConfig

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, pool, text

from app.config import with_driver
from app.models import Base

# NOTE: a migration that cannot get its lock must fail, not queue every request of the application behind it.
TIMEOUTS = ("SET lock_timeout = '5s'", "SET statement_timeout = '15min'")


def _database_url() -> str:
    url = with_driver(context.config.attributes.get("database_url") or os.environ.get("DATABASE_URL", ""))
    if not url.startswith("postgresql+psycopg://"):
        raise CommandError("DATABASE_URL must name the PostgreSQL database to migrate")
    return url


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def _online() -> None:
    engine = create_engine(_database_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        for statement in TIMEOUTS:
            connection.execute(text(statement))
        connection.commit()
        _run(connection)


def _offline() -> None:
    context.configure(
        url=_database_url(), target_metadata=Base.metadata, literal_binds=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        for statement in TIMEOUTS:
            context.execute(statement)
        context.run_migrations()


if context.config.config_file_name is not None and context.config.attributes.get("configure_logging", True):
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)

if context.is_offline_mode():
    _offline()
else:
    _online()
