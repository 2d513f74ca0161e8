"""The catalogue of services and the phone numbers bought for them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Optional

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigInt, EnumText, UtcDateTime, one_of, primary_key


class VerificationStatus(str, Enum):
    """requested → waiting → completed, cancelled or expired; or requested → failed."""

    REQUESTED = "requested"
    WAITING = "waiting"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


OPEN = (VerificationStatus.REQUESTED, VerificationStatus.WAITING)


class Service(Base):
    """Something that sends verification codes by SMS, and what a number for it costs."""

    __tablename__ = "services"
    __table_args__ = (CheckConstraint("price_cents >= 0", name="price_not_negative"),)

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    price_cents: Mapped[int] = mapped_column(BigInt)
    is_enabled: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


class Verification(Base):
    """A number rented to receive one code before it expires; the price is that of the day of purchase."""

    __tablename__ = "verifications"
    __table_args__ = (
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
        CheckConstraint(one_of("status", VerificationStatus), name="status_known"),
        Index("ix_verifications_user_id_id", "user_id", "id"),
        Index("ix_verifications_service_code", "service_code"),
        Index("uq_verifications_user_id_idempotency_key", "user_id", "idempotency_key", unique=True),
        Index(
            "ix_verifications_expires_at_open",
            "expires_at",
            postgresql_where=text("status IN ('requested', 'waiting')"),
            sqlite_where=text("status IN ('requested', 'waiting')"),
        ),
    )

    id: Mapped[int] = primary_key()
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    service_code: Mapped[str] = mapped_column(ForeignKey("services.code"))
    country: Mapped[str] = mapped_column(Text)
    price_cents: Mapped[int] = mapped_column(BigInt)
    status: Mapped[VerificationStatus] = mapped_column(
        EnumText(VerificationStatus), default=VerificationStatus.REQUESTED, server_default=text("'requested'")
    )
    idempotency_key: Mapped[Optional[str]] = mapped_column(Text)
    activation_id: Mapped[Optional[str]] = mapped_column(Text)
    phone_number: Mapped[Optional[str]] = mapped_column(Text)
    code: Mapped[Optional[str]] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
    ended_at: Mapped[Optional[datetime]] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Whether the verification may still end in one way or another."""
        return self.status in OPEN
