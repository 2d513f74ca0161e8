"""The course of a verification: a number is paid for, rented, watched, and ends in a code or in a refund."""

from __future__ import annotations

import logging
from typing import Optional

from sqlalchemy.exc import SQLAlchemyError

from app.errors import NoNumberAvailable, NotCancellable, ProviderUnavailable
from app.models import Verification, VerificationStatus
from app.services.bookings import Bookings, Order, Purchase
from app.services.ports import Activation, ActivationStatus, Clock, SmsProvider

logger = logging.getLogger(__name__)

SWEEP_BATCH = 100


class Verifications:
    """Buys, polls, cancels and expires verifications.

    No transaction is open while the provider is asked: money is taken first, the provider is called, and
    the result is written under a lock that looks again. Whatever dies in between is refunded by `sweep`.
    """

    def __init__(self, bookings: Bookings, provider: SmsProvider, clock: Clock) -> None:
        self._bookings = bookings
        self._provider = provider
        self._clock = clock

    def purchase(self, user_id: int, order: Order) -> Purchase:
        """Pay for a number and rent it.

        Raises what Bookings.pay raises; and, the price being refunded already, NoNumberAvailable and
        ProviderUnavailable.
        """
        purchase = self._bookings.pay(user_id, order)
        if not purchase.created:
            return purchase
        paid = purchase.verification
        try:
            activation = self._provider.rent(order.service_code, order.country, reference=f"verification-{paid.id}")
        except (NoNumberAvailable, ProviderUnavailable):
            self._bookings.settle(paid.id, VerificationStatus.FAILED)
            raise
        verification = self._bookings.activate(paid.id, activation)
        if not verification.is_open:
            self._give_back(activation)
        return Purchase(verification, created=True)

    def poll(self, user_id: int, verification_id: int) -> Verification:
        """The verification as it is now, the provider having been asked. Raises NotFound, ProviderUnavailable."""
        return self._refresh(self._bookings.owned(user_id, verification_id))

    def cancel(self, user_id: int, verification_id: int) -> Verification:
        """Give the number back and refund it. Raises NotFound, NotCancellable, ProviderUnavailable."""
        verification = self._bookings.owned(user_id, verification_id)
        if verification.is_open and verification.activation_id is not None:
            activation = self._provider.cancel(verification.activation_id)
            if activation.status is ActivationStatus.RECEIVED:
                verification = self._complete(verification.id, activation)
        if verification.is_open:
            settled = self._bookings.settle(verification.id, VerificationStatus.CANCELLED)
            if settled.status is VerificationStatus.CANCELLED:
                return settled
            verification = settled
        raise NotCancellable(f"the verification is already {verification.status.value}")

    def sweep(self) -> int:
        """End what has expired, whether or not anybody polls; returns how many verifications were looked at.

        Several processes may sweep at once: each verification is settled, and refunded, by one of them.
        """
        expired = self._bookings.expired(limit=SWEEP_BATCH)
        for verification in expired:
            try:
                self._refresh(verification)
            except SQLAlchemyError:
                logger.exception("verification %s could not be ended; the next sweep tries again", verification.id)
        return len(expired)

    def _refresh(self, verification: Verification) -> Verification:
        if not verification.is_open:
            return verification
        has_expired = verification.expires_at <= self._clock()
        activation = self._ask(verification.activation_id, for_the_last_time=has_expired)
        if activation is not None and activation.status is ActivationStatus.RECEIVED:
            return self._complete(verification.id, activation)
        if has_expired:
            return self._bookings.settle(verification.id, VerificationStatus.EXPIRED)
        if activation is not None and activation.status is ActivationStatus.CANCELLED:
            return self._bookings.settle(verification.id, VerificationStatus.CANCELLED)
        return verification

    def _ask(self, activation_id: Optional[str], *, for_the_last_time: bool) -> Optional[Activation]:
        if activation_id is None:
            return None
        if not for_the_last_time:
            return self._provider.look(activation_id)
        try:
            return self._provider.cancel(activation_id)
        except ProviderUnavailable:
            # NOTE: the user waited long enough; the platform carries the risk that a code had arrived.
            logger.warning("activation %s expires without an answer of the provider", activation_id)
            return None

    def _complete(self, verification_id: int, activation: Activation) -> Verification:
        return self._bookings.settle(verification_id, VerificationStatus.COMPLETED, code=activation.code)

    def _give_back(self, activation: Activation) -> None:
        try:
            self._provider.cancel(activation.id)
        except ProviderUnavailable:
            logger.warning("activation %s was rented in vain and could not be given back", activation.id)
