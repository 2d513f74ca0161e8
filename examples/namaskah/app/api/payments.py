"""Adding credit."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter

from app.api.deps import CurrentUser, Wired
from app.api.errors import documented
from app.api.schemas.common import Id
from app.api.schemas.money import PaymentIn, PaymentOut
from app.errors import InvalidCredentials, NotFound
from app.models import Payment

router = APIRouter(prefix="/payments", tags=["payments"], responses=documented(InvalidCredentials))


@router.post("", status_code=201)
def initiate(body: PaymentIn, user: CurrentUser, services: Wired) -> PaymentOut:
    """Ask for a payment; the wallet is credited when the payment provider confirms it."""
    payment = services.payments.initiate(user.id, body.amount_cents)
    return _out(payment, services.settings.payment_checkout_url)


@router.get("/{payment_id}", responses=documented(NotFound))
def get(payment_id: Id, user: CurrentUser, services: Wired) -> PaymentOut:
    """A payment of one's own."""
    payment = services.payments.get(user.id, payment_id)
    return _out(payment, services.settings.payment_checkout_url)


def _out(payment: Payment, checkout_url: str) -> PaymentOut:
    amount = urlencode({"amount_cents": payment.amount_cents, "currency": payment.currency})
    return PaymentOut(
        id=payment.id,
        reference=payment.reference,
        amount_cents=payment.amount_cents,
        currency=payment.currency,
        status=payment.status,
        checkout_url=f"{checkout_url}/{payment.reference}?{amount}",
        created_at=payment.created_at,
        completed_at=payment.completed_at,
    )
