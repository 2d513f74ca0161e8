"""Is it alive, can it work, and what is it?"""

from __future__ import annotations

from typing import Any, Dict

from fastapi import APIRouter, Response

from app import __version__
from app.api.deps import Wired
from app.api.schemas.health import AliveOut, CheckOut, DatabaseOut, DiagnosticsOut, HealthOut, RedisOut
from app.services.health import Check

router = APIRouter(tags=["health"])


@router.get("/health")
def alive() -> AliveOut:
    """The process answers; for restarts, so no dependency is asked."""
    return AliveOut()


@router.get("/api/v1/health", responses={503: {"model": HealthOut, "description": "A dependency does not answer"}})
def health(services: Wired, response: Response) -> HealthOut:
    """Database and Redis answer; for routing and deployments. 503 when one of them does not."""
    found = services.diagnostics.check()
    response.status_code = 200 if found.healthy else 503
    return HealthOut(
        status="healthy" if found.healthy else "unhealthy",
        version=__version__,
        commit=services.settings.git_commit,
        database=CheckOut.model_validate(_check(found.database)),
        redis=CheckOut.model_validate(_check(found.redis)),
        response_ms=round(found.database.response_ms + found.redis.response_ms, 2),
    )


@router.get("/api/diagnostics", responses={503: {"model": DiagnosticsOut, "description": "It cannot work"}})
def diagnostics(services: Wired, response: Response) -> DiagnosticsOut:
    """What really runs; 200 when it works (`ok`, `degraded`), 503 when it does not (`down`)."""
    found = services.diagnostics.diagnose()
    response.status_code = 503 if found.status == "down" else 200
    facts = found.database
    return DiagnosticsOut.model_validate(
        {
            "status": found.status,
            "reasons": found.reasons,
            "version": found.version,
            "commit": found.commit,
            "environment": found.environment,
            "python": found.python,
            "database": DatabaseOut(
                dialect=facts.dialect,
                server_version=facts.server_version,
                revision=facts.revision,
                head=facts.head,
                **_check(found.health.database),
            ),
            "redis": RedisOut(server_version=found.redis_version, **_check(found.health.redis)),
        }
    )


def _check(check: Check) -> Dict[str, Any]:
    return {"status": "up" if check.up else "down", "response_ms": check.response_ms, "error": check.error}
