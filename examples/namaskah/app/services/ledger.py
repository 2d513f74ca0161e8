"""The only code that changes a balance: lock the wallet, then post an entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InsufficientCredit
from app.models import EntryKind, LedgerEntry, Wallet


@dataclass(frozen=True)
class Posting:
    """A change of a balance that is about to happen; the amount is signed."""

    kind: EntryKind
    amount_cents: int
    reference: str
    payment_id: Optional[int] = None
    verification_id: Optional[int] = None


def lock_wallet(session: Session, user_id: int) -> Wallet:
    """The user's wallet, held against every other transaction until this one ends.

    NOTE: where a payment or a verification is locked too, it is locked before the wallet; the order keeps
    transactions from waiting for each other in a circle.
    """
    query = select(Wallet).where(Wallet.user_id == user_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def post(session: Session, wallet: Wallet, posting: Posting) -> LedgerEntry:
    """Change the balance of a locked wallet and write down why. Raises InsufficientCredit, changing nothing."""
    balance = wallet.balance_cents + posting.amount_cents
    if balance < 0:
        raise InsufficientCredit(f"the purchase costs {-posting.amount_cents} cents, you have {wallet.balance_cents}")
    wallet.balance_cents = balance
    entry = LedgerEntry(
        wallet_id=wallet.id,
        kind=posting.kind,
        amount_cents=posting.amount_cents,
        balance_after_cents=balance,
        reference=posting.reference,
        payment_id=posting.payment_id,
        verification_id=posting.verification_id,
    )
    session.add(entry)
    return entry
