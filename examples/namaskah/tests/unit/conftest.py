"""The application without any service: SQLite in memory, a rate limiter in memory, no Redis."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from app.adapters.redis import build_redis
from app.config import Environment, Settings
from app.models import Base, Service
from tests.support.api import Api
from tests.support.clock import FakeClock
from tests.support.limiter import MemoryRateLimiter
from tests.support.world import TELEGRAM_CENTS, TEST_VALUES, World, build_world

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def settings() -> Settings:
    """Settings that do not depend on the environment of whoever runs the tests."""
    named = {"environment": Environment.TEST, "database_url": "sqlite://", "redis_url": NOWHERE}
    return Settings.model_validate({**named, **TEST_VALUES})


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An empty database with today's tables and a small catalogue."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    _let_sqlalchemy_begin(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Service(code="telegram", name="Telegram", price_cents=TELEGRAM_CENTS))
        session.add(Service(code="retired", name="Retired", price_cents=1, is_enabled=False))
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def world(settings: Settings, engine: Engine) -> Iterator[World]:
    """The application in memory."""
    clock = FakeClock()
    redis = build_redis(NOWHERE)
    world = build_world(settings, engine, redis, MemoryRateLimiter(clock), clock)
    yield world
    world.adapters.provider_client.close()
    redis.close()


@pytest.fixture
def api(world: World) -> Api:
    """A client of that application."""
    return Api(world)


def _let_sqlalchemy_begin(engine: Engine) -> None:
    # NOTE: the driver of the standard library begins transactions too late for savepoints.
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")
