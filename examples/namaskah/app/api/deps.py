"""What endpoints ask for: services, the user, and permission to go on."""

from __future__ import annotations

from typing import Annotated, Optional, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.container import Services
from app.errors import InvalidCredentials, RateLimited
from app.models import User
from app.services.ports import Limit

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT")


def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


Wired = Annotated[Services, Depends(_services)]


def _current_user(
    services: Wired, credentials: Annotated[Optional[HTTPAuthorizationCredentials], Depends(_bearer)]
) -> User:
    if credentials is None:
        raise InvalidCredentials("an access token is required")
    return services.accounts.get(services.tokens.read(credentials.credentials))


CurrentUser = Annotated[User, Depends(_current_user)]


def client_address(request: Request) -> str:
    """Where the request comes from; behind a proxy, what uvicorn was told to believe."""
    return request.client.host if request.client else "unknown"


def restrict(services: Services, key: str, limit: Limit) -> None:
    """Count a request. Raises RateLimited when the key's limit is reached."""
    decision = services.limiter.hit(key, limit)
    if not decision.allowed:
        raise RateLimited("too many requests; slow down", retry_after=decision.retry_after)
