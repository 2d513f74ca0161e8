"""Register, log in, know oneself."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request

from app.api.deps import CurrentUser, Wired, client_address, restrict
from app.api.errors import documented
from app.api.schemas.accounts import LoginIn, RegisterIn, TokenOut, UserOut
from app.errors import EmailTaken, InvalidCredentials, RateLimited
from app.services.ports import Limit

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/register", status_code=201, responses=documented(EmailTaken, RateLimited))
def register(body: RegisterIn, request: Request, services: Wired) -> UserOut:
    """Create an account with an empty wallet."""
    limit = Limit(services.settings.rate_limit_register_per_hour, seconds=3600)
    restrict(services, f"register:{client_address(request)}", limit)
    user = services.accounts.register(body.email, body.password.get_secret_value())
    return UserOut.model_validate(user)


@router.post("/login", responses=documented(InvalidCredentials, RateLimited))
def login(body: LoginIn, request: Request, services: Wired) -> TokenOut:
    """Exchange credentials for an access token; limited for the address of the client and for the account."""
    limit = Limit(services.settings.rate_limit_login_per_minute, seconds=60)
    restrict(services, f"login:address:{client_address(request)}", limit)
    restrict(services, f"login:account:{hashlib.sha256(body.email.lower().encode()).hexdigest()}", limit)
    user = services.accounts.authenticate(body.email, body.password.get_secret_value())
    return TokenOut(access_token=services.tokens.issue(user.id), expires_in=services.tokens.lifetime_seconds)


@router.get("/me", responses=documented(InvalidCredentials))
def me(user: CurrentUser) -> UserOut:
    """The account behind the access token."""
    return UserOut.model_validate(user)
