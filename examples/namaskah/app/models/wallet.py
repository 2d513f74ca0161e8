"""Prepaid credit and the ledger that explains every cent of it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Optional

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigInt, EnumText, UtcDateTime, one_of, primary_key


class EntryKind(str, Enum):
    """Why the balance changed."""

    OPENING = "opening"
    DEPOSIT = "deposit"
    PURCHASE = "purchase"
    REFUND = "refund"


class Wallet(Base):
    """One per user; the balance always equals the sum of the wallet's entries."""

    __tablename__ = "wallets"
    __table_args__ = (UniqueConstraint("user_id"), CheckConstraint("balance_cents >= 0", name="balance_not_negative"))

    id: Mapped[int] = primary_key()
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    balance_cents: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())


class LedgerEntry(Base):
    """A change of a balance: signed, never edited, at most one per payment and per purchase or refund."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint(one_of("kind", EntryKind), name="kind_known"),
        Index("ix_ledger_entries_wallet_id_id", "wallet_id", "id"),
        Index("uq_ledger_entries_payment_id", "payment_id", unique=True),
        Index("uq_ledger_entries_verification_id_kind", "verification_id", "kind", unique=True),
    )

    id: Mapped[int] = primary_key()
    wallet_id: Mapped[int] = mapped_column(ForeignKey("wallets.id"))
    kind: Mapped[EntryKind] = mapped_column(EnumText(EntryKind))
    amount_cents: Mapped[int] = mapped_column(BigInt)
    balance_after_cents: Mapped[int] = mapped_column(BigInt)
    reference: Mapped[str] = mapped_column(Text)
    payment_id: Mapped[Optional[int]] = mapped_column(ForeignKey("payments.id"))
    verification_id: Mapped[Optional[int]] = mapped_column(ForeignKey("verifications.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
