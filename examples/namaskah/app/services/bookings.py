"""The written side of verifications: each method is one transaction, and none of them asks the provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Optional, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.database import SessionFactory
from app.errors import IdempotencyConflict, NotFound
from app.models import OPEN, EntryKind, Service, Verification, VerificationStatus
from app.services import ledger
from app.services.ports import Activation, Clock


@dataclass(frozen=True)
class Order:
    """What a user wants; the key makes a repeated request the same order."""

    service_code: str
    country: str
    idempotency_key: Optional[str] = None


@dataclass(frozen=True)
class Purchase:
    """The verification of an order, and whether this request created it."""

    verification: Verification
    created: bool


class Bookings:
    """Takes money for verifications, writes down how they end, gives money back."""

    def __init__(self, sessions: SessionFactory, clock: Clock, *, ttl: timedelta) -> None:
        self._sessions = sessions
        self._clock = clock
        self._ttl = ttl

    def catalogue(self) -> Sequence[Service]:
        """The services that can be bought, by name."""
        with self._sessions() as session:
            return session.scalars(select(Service).where(Service.is_enabled).order_by(Service.name)).all()

    def owned(self, user_id: int, verification_id: int) -> Verification:
        """The user's verification. Raises NotFound, also for those of others."""
        with self._sessions() as session:
            verification = session.get(Verification, verification_id)
        if verification is None or verification.user_id != user_id:
            raise NotFound("there is no such verification")
        return verification

    def recent(self, user_id: int, *, limit: int) -> Sequence[Verification]:
        """The user's latest verifications, newest first."""
        query = select(Verification).where(Verification.user_id == user_id).order_by(Verification.id.desc())
        with self._sessions() as session:
            return session.scalars(query.limit(limit)).all()

    def expired(self, *, limit: int) -> Sequence[Verification]:
        """Open verifications whose time is over, longest first."""
        query = (
            select(Verification)
            .where(Verification.status.in_(OPEN), Verification.expires_at <= self._clock())
            .order_by(Verification.expires_at)
            .limit(limit)
        )
        with self._sessions() as session:
            return session.scalars(query).all()

    def pay(self, user_id: int, order: Order) -> Purchase:
        """Take the price from the wallet, once for each idempotency key.

        The wallet is locked before anything is read, so that purchases of one user queue up.
        Raises NotFound for an unknown service, InsufficientCredit, IdempotencyConflict.
        """
        with self._sessions.begin() as session:
            wallet = ledger.lock_wallet(session, user_id)
            earlier = _earlier(session, user_id, order)
            if earlier is not None:
                return Purchase(earlier, created=False)
            verification = self._draft(user_id, order, _service(session, order.service_code))
            session.add(verification)
            session.flush()
            ledger.post(session, wallet, _posting(EntryKind.PURCHASE, verification))
            session.flush()
            session.refresh(verification)
            return Purchase(verification, created=True)

    def activate(self, verification_id: int, activation: Activation) -> Verification:
        """Note the rented number, and start the clock anew; a verification that has ended stays as it is."""
        with self._sessions.begin() as session:
            verification = _lock(session, verification_id)
            if verification.is_open:
                verification.status = VerificationStatus.WAITING
                verification.activation_id = activation.id
                verification.phone_number = activation.phone_number
                verification.expires_at = self._clock() + self._ttl
            return verification

    def settle(self, verification_id: int, status: VerificationStatus, *, code: Optional[str] = None) -> Verification:
        """End an open verification, refunding it unless it completed; one that has ended stays as it is."""
        with self._sessions.begin() as session:
            verification = _lock(session, verification_id)
            if not verification.is_open:
                return verification
            verification.status = status
            verification.code = code
            verification.ended_at = self._clock()
            if status is not VerificationStatus.COMPLETED:
                wallet = ledger.lock_wallet(session, verification.user_id)
                ledger.post(session, wallet, _posting(EntryKind.REFUND, verification))
            return verification

    def _draft(self, user_id: int, order: Order, service: Service) -> Verification:
        return Verification(
            user_id=user_id,
            service_code=service.code,
            country=order.country,
            price_cents=service.price_cents,
            status=VerificationStatus.REQUESTED,
            idempotency_key=order.idempotency_key,
            expires_at=self._clock() + self._ttl,
        )


def _service(session: Session, code: str) -> Service:
    service = session.get(Service, code)
    if service is None or not service.is_enabled:
        raise NotFound("there is no such service")
    return service


def _lock(session: Session, verification_id: int) -> Verification:
    query = select(Verification).where(Verification.id == verification_id).with_for_update()
    return session.scalars(query).one()


def _earlier(session: Session, user_id: int, order: Order) -> Optional[Verification]:
    if order.idempotency_key is None:
        return None
    query = select(Verification).where(
        Verification.user_id == user_id, Verification.idempotency_key == order.idempotency_key
    )
    earlier = session.scalars(query).one_or_none()
    if earlier is not None and (earlier.service_code, earlier.country) != (order.service_code, order.country):
        raise IdempotencyConflict("this idempotency key belongs to another order")
    return earlier


def _posting(kind: EntryKind, verification: Verification) -> ledger.Posting:
    amount = verification.price_cents if kind is EntryKind.REFUND else -verification.price_cents
    return ledger.Posting(kind, amount, reference=f"verification:{verification.id}", verification_id=verification.id)
