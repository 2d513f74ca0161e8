"""Documents about wallets and payments; money is in whole cents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, List, Literal, Optional

from pydantic import BeforeValidator, Field

from app.api.schemas.common import In, Out
from app.models import EntryKind, PaymentStatus
from app.services.payments import Outcome


def _whole(value: object) -> object:
    """JSON knows one kind of number: `5.0` is an integer there, `5.5` and `"5"` are not."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = BeforeValidator(_whole)


class WalletOut(Out):
    """The balance."""

    balance_cents: int


class TransactionOut(Out):
    """A change of the balance."""

    id: int
    kind: EntryKind
    amount_cents: int
    balance_after_cents: int
    reference: str
    created_at: datetime


class HistoryOut(Out):
    """A page, newest first; pass `next_before` as `before` for the next one."""

    items: List[TransactionOut]
    next_before: Optional[int]


class PaymentIn(In):
    """How much to add to the wallet: one to ten thousand dollars."""

    amount_cents: Annotated[int, Field(ge=100, le=1_000_000), Whole]


class PaymentOut(Out):
    """A payment; it is completed at the checkout address."""

    id: int
    reference: str
    amount_cents: int
    currency: str
    status: PaymentStatus
    checkout_url: str
    created_at: datetime
    completed_at: Optional[datetime]


class WebhookIn(In):
    """What the payment provider sends."""

    event_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    type: Literal["payment.succeeded", "payment.failed"]
    reference: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    amount_cents: Annotated[int, Field(ge=1, le=10**12), Whole]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class WebhookOut(Out):
    """What the webhook led to."""

    outcome: Outcome
