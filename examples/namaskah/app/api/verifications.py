"""Buying numbers and waiting for codes."""

from __future__ import annotations

from typing import Annotated, Optional

from fastapi import APIRouter, Header, Query, Response
from pydantic import WithJsonSchema

from app.api.deps import CurrentUser, Wired, restrict
from app.api.errors import documented
from app.api.schemas.common import Id
from app.api.schemas.verifications import (
    CatalogueOut,
    ServiceOut,
    VerificationIn,
    VerificationOut,
    VerificationsOut,
)
from app.errors import (
    IdempotencyConflict,
    InsufficientCredit,
    InvalidCredentials,
    NoNumberAvailable,
    NotCancellable,
    NotFound,
    ProviderUnavailable,
    RateLimited,
)
from app.services.bookings import Order
from app.services.ports import Limit

router = APIRouter(tags=["verifications"])

BUYING = documented(
    InvalidCredentials,
    InsufficientCredit,
    NotFound,
    IdempotencyConflict,
    NoNumberAvailable,
    RateLimited,
    ProviderUnavailable,
)

KEY_PATTERN = r"^[A-Za-z0-9_-]{8,64}$"
# NOTE: a header is there or not there, but never null, as the schema of an optional string would say.
KEY_SCHEMA = WithJsonSchema({"type": "string", "pattern": KEY_PATTERN})
IdempotencyKey = Annotated[Optional[str], Header(pattern=KEY_PATTERN), KEY_SCHEMA]


@router.get("/services")
def catalogue(services: Wired) -> CatalogueOut:
    """What can be bought, and for how much."""
    return CatalogueOut(items=[ServiceOut.model_validate(item) for item in services.bookings.catalogue()])


@router.post(
    "/verifications",
    status_code=201,
    responses={200: {"model": VerificationOut, "description": "This order was placed before"}, **BUYING},
)
def purchase(
    body: VerificationIn,
    user: CurrentUser,
    services: Wired,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> VerificationOut:
    """Buy a number; with an `Idempotency-Key`, a repeated request buys nothing twice."""
    restrict(services, f"purchase:{user.id}", Limit(services.settings.rate_limit_purchase_per_minute, seconds=60))
    bought = services.verifications.purchase(user.id, Order(body.service, body.country, idempotency_key))
    response.status_code = 201 if bought.created else 200
    return VerificationOut.model_validate(bought.verification)


@router.get("/verifications", responses=documented(InvalidCredentials))
def recent(user: CurrentUser, services: Wired, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> VerificationsOut:
    """The latest verifications as they were last seen, newest first."""
    found = services.bookings.recent(user.id, limit=limit)
    return VerificationsOut(items=[VerificationOut.model_validate(item) for item in found])


@router.get("/verifications/{verification_id}", responses=documented(InvalidCredentials, NotFound, ProviderUnavailable))
def poll(verification_id: Id, user: CurrentUser, services: Wired) -> VerificationOut:
    """Ask for the code; a verification whose time is over is refunded on the way."""
    return VerificationOut.model_validate(services.verifications.poll(user.id, verification_id))


@router.post(
    "/verifications/{verification_id}/cancel",
    responses=documented(InvalidCredentials, NotFound, NotCancellable, ProviderUnavailable),
)
def cancel(verification_id: Id, user: CurrentUser, services: Wired) -> VerificationOut:
    """Give the number back and get the price refunded, unless the code has arrived."""
    return VerificationOut.model_validate(services.verifications.cancel(user.id, verification_id))
