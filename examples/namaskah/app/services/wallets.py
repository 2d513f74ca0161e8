"""What a user may see of the own wallet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

from sqlalchemy import select

from app.adapters.database import SessionFactory
from app.models import LedgerEntry, Wallet


@dataclass(frozen=True)
class History:
    """A page of entries, newest first; `next_before` asks for the one after it."""

    entries: Sequence[LedgerEntry]
    next_before: Optional[int]


class Wallets:
    """Reads wallets; changing them is the ledger's business."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    def of(self, user_id: int) -> Wallet:
        """The wallet that registration created."""
        with self._sessions() as session:
            return session.scalars(select(Wallet).where(Wallet.user_id == user_id)).one()

    def history(self, user_id: int, *, before: Optional[int], limit: int) -> History:
        """Up to `limit` entries older than the entry `before`."""
        query = (
            select(LedgerEntry)
            .join(Wallet, Wallet.id == LedgerEntry.wallet_id)
            .where(Wallet.user_id == user_id)
            .order_by(LedgerEntry.id.desc())
            .limit(limit + 1)
        )
        if before is not None:
            query = query.where(LedgerEntry.id < before)
        with self._sessions() as session:
            entries = session.scalars(query).all()
        page = entries[:limit]
        return History(page, next_before=page[-1].id if len(entries) > limit else None)
