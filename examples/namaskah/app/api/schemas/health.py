"""Documents about the application itself."""

from __future__ import annotations

from typing import List, Literal, Optional

from app.api.schemas.common import Out


class AliveOut(Out):
    """The process answers; nothing more is claimed."""

    status: Literal["alive"] = "alive"


class CheckOut(Out):
    """One dependency."""

    status: Literal["up", "down"]
    response_ms: float
    error: Optional[str] = None


class HealthOut(Out):
    """Database and Redis were asked just now."""

    status: Literal["healthy", "unhealthy"]
    version: str
    commit: str
    database: CheckOut
    redis: CheckOut
    response_ms: float


class DatabaseOut(CheckOut):
    """The database that is connected, as it describes itself."""

    dialect: str
    server_version: Optional[str]
    revision: Optional[str]
    head: Optional[str]


class RedisOut(CheckOut):
    """The Redis server that is connected."""

    server_version: Optional[str]


class DiagnosticsOut(Out):
    """What really runs, and every reason why it is not what it should be."""

    status: Literal["ok", "degraded", "down"]
    reasons: List[str]
    version: str
    commit: str
    environment: str
    python: str
    database: DatabaseOut
    redis: RedisOut
