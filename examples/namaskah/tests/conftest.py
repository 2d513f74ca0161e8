"""Fixtures over real PostgreSQL and Redis; a test that does not ask for them needs neither."""

from __future__ import annotations

import os
import uuid
from typing import Iterator

import pytest
from redis import Redis
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from app.adapters.database import build_engine
from app.adapters.redis import RedisRateLimiter, build_redis
from app.config import Settings, load_settings
from tests.support import postgres
from tests.support.clock import FakeClock
from tests.support.world import TEST_VALUES, World, build_world


@pytest.fixture(scope="session")
def real_settings() -> Iterator[Settings]:
    """Settings of the environment, its database migrated and claimed for this session."""
    missing = [name for name in ("DATABASE_URL", "REDIS_URL", "TESTING") if not os.environ.get(name)]
    if missing:
        pytest.fail(f"{', '.join(missing)} must be set: these tests run on real services and empty the database")
    settings = load_settings().model_copy(update=TEST_VALUES)
    if not settings.sqlalchemy_url.startswith("postgresql"):
        pytest.fail("DATABASE_URL must name PostgreSQL: these tests are about what only a real database does")
    lock = create_engine(settings.sqlalchemy_url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()
    try:
        if not postgres.claim(lock):
            pytest.fail("another test session uses this database: give each worker a DATABASE_URL of its own")
        postgres.migrate(settings.database_url)
        yield settings
    finally:
        lock.engine.dispose()
        lock.close()


@pytest.fixture(scope="session")
def real_engine(real_settings: Settings) -> Iterator[Engine]:
    """One pool of connections for all tests."""
    engine = build_engine(real_settings)
    yield engine
    engine.dispose()


@pytest.fixture
def real_redis(real_settings: Settings) -> Iterator[Redis]:
    """A client of the real Redis, which other workers may share."""
    client = build_redis(real_settings.redis_url)
    yield client
    client.close()


@pytest.fixture
def real_world(real_settings: Settings, real_engine: Engine, real_redis: Redis) -> Iterator[World]:
    """The application on real services: no rows, and a corner of Redis that nobody else uses."""
    postgres.empty(real_engine)
    settings = real_settings.model_copy(update={"redis_prefix": f"test-{uuid.uuid4().hex}"})
    limiter = RedisRateLimiter(real_redis, settings.redis_prefix)
    world = build_world(settings, real_engine, real_redis, limiter, FakeClock())
    yield world
    world.adapters.provider_client.close()
    for key in real_redis.scan_iter(match=f"{settings.redis_prefix}:*"):
        real_redis.delete(key)
