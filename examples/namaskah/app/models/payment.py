"""Money that comes in, and what the payment provider said about it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Optional

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigInt, EnumText, UtcDateTime, one_of, primary_key


class PaymentStatus(str, Enum):
    """Pending until the provider's webhook decides."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Payment(Base):
    """A top-up; `reference` is how the payment provider names it."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint(one_of("status", PaymentStatus), name="status_known"),
        Index("ix_payments_user_id", "user_id"),
    )

    id: Mapped[int] = primary_key()
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reference: Mapped[str] = mapped_column(Text)
    amount_cents: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(Text, default="USD", server_default=text("'USD'"))
    status: Mapped[PaymentStatus] = mapped_column(
        EnumText(PaymentStatus), default=PaymentStatus.PENDING, server_default=text("'pending'")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
    completed_at: Mapped[Optional[datetime]] = mapped_column(UtcDateTime)


class WebhookEvent(Base):
    """A webhook that was taken in; its unique id makes the second delivery a duplicate."""

    __tablename__ = "webhook_events"
    __table_args__ = (UniqueConstraint("event_id"), Index("ix_webhook_events_payment_id", "payment_id"))

    id: Mapped[int] = primary_key()
    event_id: Mapped[str] = mapped_column(Text)
    event_type: Mapped[str] = mapped_column(Text)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
