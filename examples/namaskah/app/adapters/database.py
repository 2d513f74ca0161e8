"""Connections to the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from app.config import Settings

SessionFactory = sessionmaker[Session]

TIMEOUTS = "-c lock_timeout=5s -c statement_timeout=15s"


def build_engine(settings: Settings) -> Engine:
    """An engine for the configured database and no other; it connects when first used.

    A database that does not answer within two seconds is an error, never a reason to use another one. The
    timeouts of locks and statements may be changed by `options` in the address.
    """
    url = make_url(settings.sqlalchemy_url)
    options: dict[str, Any] = {"pool_pre_ping": True}
    if url.get_backend_name() == "postgresql":
        own = " ".join(url.normalized_query.get("options", ()))
        options.update(
            pool_size=settings.database_pool_size,
            pool_timeout=5,
            connect_args={"connect_timeout": 2, "options": f"{TIMEOUTS} {own}".strip()},
        )
    return create_engine(url, **options)


def build_sessions(engine: Engine) -> SessionFactory:
    """Sessions whose objects stay readable after the transaction has ended."""
    return sessionmaker(engine, expire_on_commit=False)
