"""Whether the application can do its work, and on what it really runs."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, List, Optional

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app import __version__
from app.config import Settings

ALEMBIC_INI = Path(__file__).resolve().parents[2] / "alembic.ini"
VERSION_QUERIES = {"postgresql": "SHOW server_version", "sqlite": "SELECT sqlite_version()"}


@dataclass(frozen=True)
class Check:
    """Whether one dependency answered, how fast, and the kind of error if not."""

    up: bool
    response_ms: float
    error: Optional[str] = None


@dataclass(frozen=True)
class Health:
    """The connectivity that requests depend on."""

    database: Check
    redis: Check

    @property
    def healthy(self) -> bool:
        """Whether everything answered."""
        return self.database.up and self.redis.up


@dataclass(frozen=True)
class DatabaseFacts:
    """The database that is really connected, as it describes itself."""

    dialect: str
    server_version: Optional[str]
    revision: Optional[str]
    head: Optional[str]


@dataclass(frozen=True)
class Diagnosis:
    """Facts for people and for the checks of a deployment; the reasons say what is not as it should be."""

    health: Health
    database: DatabaseFacts
    redis_version: Optional[str]
    reasons: List[str]
    version: str
    commit: str
    environment: str
    python: str

    @property
    def status(self) -> str:
        """ok, degraded (it works, but not as intended) or down."""
        if not self.health.healthy:
            return "down"
        return "degraded" if self.reasons else "ok"


class Diagnostics:
    """Asks database and Redis themselves; configuration is never taken for a fact."""

    def __init__(self, settings: Settings, engine: Engine, redis: Redis) -> None:
        self._settings = settings
        self._engine = engine
        self._redis = redis
        self._head = ScriptDirectory.from_config(Config(str(ALEMBIC_INI))).get_current_head()

    def check(self) -> Health:
        """One round trip to each dependency."""
        return Health(database=_timed(self._select_one), redis=_timed(self._redis.ping))

    def diagnose(self) -> Diagnosis:
        """The whole picture; a dependency that does not answer is a reason, not an exception."""
        health = self.check()
        database = self._database_facts(health)
        return Diagnosis(
            health=health,
            database=database,
            redis_version=self._redis_version(health),
            reasons=_reasons(health, database),
            version=__version__,
            commit=self._settings.git_commit,
            environment=self._settings.mode.value,
            python=platform.python_version(),
        )

    def _select_one(self) -> None:
        with self._engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def _database_facts(self, health: Health) -> DatabaseFacts:
        dialect = self._engine.dialect.name
        if not health.database.up:
            return DatabaseFacts(dialect, None, None, self._head)
        with self._engine.connect() as connection:
            query = VERSION_QUERIES.get(dialect)
            version = str(connection.scalar(text(query))) if query else None
            revisions = MigrationContext.configure(connection).get_current_heads()
        return DatabaseFacts(dialect, version, ", ".join(revisions) or None, self._head)

    def _redis_version(self, health: Health) -> Optional[str]:
        if not health.redis.up:
            return None
        server: Any = self._redis.info("server")
        return str(server["redis_version"])


def _timed(probe: Callable[[], object]) -> Check:
    # NOTE: the kind of the error only: messages of drivers name hosts and users, and this is public.
    started = time.perf_counter()
    try:
        probe()
    except (SQLAlchemyError, RedisError) as error:
        return Check(False, _milliseconds(started), type(error).__name__)
    return Check(True, _milliseconds(started))


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)


def _reasons(health: Health, database: DatabaseFacts) -> List[str]:
    reasons = []
    if not health.database.up:
        reasons.append("the database does not answer")
    if not health.redis.up:
        reasons.append("Redis does not answer")
    if database.dialect != "postgresql":
        reasons.append(f"the database is {database.dialect}: without PostgreSQL's row locks, credit can be overspent")
    if health.database.up and database.revision != database.head:
        reasons.append(f"the database is at revision {database.revision}, the code expects {database.head}")
    return reasons
