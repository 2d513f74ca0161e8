"""Payments: credited once, for the right amount, whatever the provider sends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict

import pytest

from app.errors import NotFound, PaymentMismatch
from app.models import Payment, PaymentStatus, User
from app.services.payments import EventType, Outcome, PaymentEvent
from tests.support.world import World


@pytest.fixture
def user(world: World) -> User:
    return world.user()


@pytest.fixture
def payment(world: World, user: User) -> Payment:
    return world.services.payments.initiate(user.id, 500)


@pytest.fixture
def success(payment: Payment) -> PaymentEvent:
    return PaymentEvent("evt-1", EventType.SUCCEEDED, payment.reference, 500, "USD")


def status(world: World, payment: Payment) -> PaymentStatus:
    return world.services.payments.get(payment.user_id, payment.id).status


def test_nothing_is_credited_before_the_provider_confirms(world: World, user: User, payment: Payment) -> None:
    assert payment.status is PaymentStatus.PENDING
    assert world.balance(user) == 0


def test_a_success_is_credited(world: World, user: User, payment: Payment, success: PaymentEvent) -> None:
    assert world.services.payments.take_in(success) is Outcome.CREDITED
    assert world.balance(user) == 500
    found = world.services.payments.get(user.id, payment.id)
    assert (found.status, found.completed_at) == (PaymentStatus.SUCCEEDED, world.clock())


def test_a_repeated_delivery_is_a_duplicate(world: World, user: User, success: PaymentEvent) -> None:
    outcomes = [world.services.payments.take_in(success) for _ in range(3)]
    assert outcomes == [Outcome.CREDITED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert world.balance(user) == 500


def test_another_event_for_a_paid_payment_is_ignored(world: World, user: User, success: PaymentEvent) -> None:
    world.services.payments.take_in(success)
    assert world.services.payments.take_in(replace(success, event_id="evt-2")) is Outcome.IGNORED
    assert world.balance(user) == 500


def test_a_failure_is_recorded_and_credits_nothing(
    world: World, user: User, payment: Payment, success: PaymentEvent
) -> None:
    failure = replace(success, type=EventType.FAILED)
    assert world.services.payments.take_in(failure) is Outcome.RECORDED
    assert status(world, payment) is PaymentStatus.FAILED
    assert world.balance(user) == 0


def test_a_failure_after_a_success_takes_nothing_back(
    world: World, user: User, payment: Payment, success: PaymentEvent
) -> None:
    world.services.payments.take_in(success)
    late = replace(success, event_id="evt-2", type=EventType.FAILED)
    assert world.services.payments.take_in(late) is Outcome.IGNORED
    assert status(world, payment) is PaymentStatus.SUCCEEDED
    assert world.balance(user) == 500


@pytest.mark.parametrize("wrong", [{"amount_cents": 50_000}, {"currency": "EUR"}])
def test_another_amount_or_currency_is_refused_and_may_be_corrected(
    world: World, user: User, success: PaymentEvent, wrong: Dict[str, Any]
) -> None:
    with pytest.raises(PaymentMismatch):
        world.services.payments.take_in(replace(success, **wrong))
    assert world.balance(user) == 0
    assert world.services.payments.take_in(success) is Outcome.CREDITED


def test_an_unknown_reference_is_refused(world: World, success: PaymentEvent) -> None:
    with pytest.raises(NotFound):
        world.services.payments.take_in(replace(success, reference="0" * 32))


def test_payments_of_others_do_not_exist(world: World, payment: Payment) -> None:
    other = world.user("bob@example.com")
    with pytest.raises(NotFound):
        world.services.payments.get(other.id, payment.id)
