"""Payments: asking for money, and crediting it once when the provider says that it came."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.adapters.database import SessionFactory
from app.errors import NotFound, PaymentMismatch
from app.models import EntryKind, Payment, PaymentStatus, WebhookEvent
from app.services import ledger
from app.services.ports import Clock


class EventType(str, Enum):
    """What the payment provider reports."""

    SUCCEEDED = "payment.succeeded"
    FAILED = "payment.failed"


class Outcome(str, Enum):
    """What a webhook led to."""

    CREDITED = "credited"
    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


@dataclass(frozen=True)
class PaymentEvent:
    """A webhook whose signature holds."""

    event_id: str
    type: EventType
    reference: str
    amount_cents: int
    currency: str


class Payments:
    """Initiates payments and takes in the provider's webhooks."""

    def __init__(self, sessions: SessionFactory, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def initiate(self, user_id: int, amount_cents: int) -> Payment:
        """A pending payment; nothing is credited before the provider confirms it."""
        payment = Payment(user_id=user_id, amount_cents=amount_cents, reference=uuid.uuid4().hex)
        with self._sessions.begin() as session:
            session.add(payment)
            session.flush()
            session.refresh(payment)
        return payment

    def get(self, user_id: int, payment_id: int) -> Payment:
        """The user's payment. Raises NotFound, also for payments of others."""
        with self._sessions() as session:
            payment = session.get(Payment, payment_id)
        if payment is None or payment.user_id != user_id:
            raise NotFound("there is no such payment")
        return payment

    def take_in(self, event: PaymentEvent) -> Outcome:
        """Apply an event once, however often and however concurrently it is delivered.

        The payment's row is locked first, so deliveries queue up; the unique event id turns a repetition
        into a duplicate, and a payment that is no longer pending is never credited again by another event.
        Raises NotFound and PaymentMismatch; the event is then not recorded and may be delivered again.
        """
        with self._sessions.begin() as session:
            payment = _lock_payment(session, event)
            if not _record(session, payment, event):
                return Outcome.DUPLICATE
            if payment.status is not PaymentStatus.PENDING:
                return Outcome.IGNORED
            payment.completed_at = self._clock()
            if event.type is EventType.FAILED:
                payment.status = PaymentStatus.FAILED
                return Outcome.RECORDED
            payment.status = PaymentStatus.SUCCEEDED
            _credit(session, payment)
            return Outcome.CREDITED


def _lock_payment(session: Session, event: PaymentEvent) -> Payment:
    query = select(Payment).where(Payment.reference == event.reference).with_for_update()
    payment = session.scalars(query).one_or_none()
    if payment is None:
        raise NotFound("there is no payment with this reference")
    if (event.amount_cents, event.currency) != (payment.amount_cents, payment.currency):
        raise PaymentMismatch("amount or currency is not that of the payment")
    return payment


def _record(session: Session, payment: Payment, event: PaymentEvent) -> bool:
    row = WebhookEvent(event_id=event.event_id, event_type=event.type.value, payment_id=payment.id)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _credit(session: Session, payment: Payment) -> None:
    wallet = ledger.lock_wallet(session, payment.user_id)
    posting = ledger.Posting(
        EntryKind.DEPOSIT, payment.amount_cents, reference=f"payment:{payment.id}", payment_id=payment.id
    )
    ledger.post(session, wallet, posting)
