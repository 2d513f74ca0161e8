"""What the payment provider tells us."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.api.deps import Wired
from app.api.errors import documented
from app.api.schemas.money import WebhookIn, WebhookOut
from app.errors import InvalidSignature, NotFound, PaymentMismatch
from app.services import signatures
from app.services.payments import EventType, PaymentEvent

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


async def _raw_body(request: Request) -> bytes:
    return await request.body()


RawBody = Annotated[bytes, Depends(_raw_body)]
BODY = {"required": True, "content": {"application/json": {"schema": WebhookIn.model_json_schema()}}}


@router.post(
    "/payments",
    responses=documented(InvalidSignature, NotFound, PaymentMismatch),
    openapi_extra={"requestBody": BODY},
)
def payment_event(
    body: RawBody, services: Wired, x_signature: Annotated[str, Header(max_length=200)] = ""
) -> WebhookOut:
    """Take in a payment event, once; the signature is checked over the raw bytes before they are read."""
    signatures.check(
        x_signature,
        body,
        secret=services.settings.payment_webhook_secret.get_secret_value(),
        now=int(services.clock().timestamp()),
        tolerance=services.settings.webhook_tolerance_seconds,
    )
    return WebhookOut(outcome=services.payments.take_in(_read(body)))


def _read(body: bytes) -> PaymentEvent:
    try:
        document = WebhookIn.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False, include_url=False)) from error
    return PaymentEvent(
        event_id=document.event_id,
        type=EventType(document.type),
        reference=document.reference,
        amount_cents=document.amount_cents,
        currency=document.currency,
    )
