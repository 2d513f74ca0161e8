"""Webhooks that are delivered at the same time: SQLite would serialise them and prove nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from app.services.payments import EventType, Outcome, PaymentEvent
from tests.support.api import V1, Api, event
from tests.support.together import together
from tests.support.world import World

pytestmark = pytest.mark.sqlite_incompatible


def test_two_deliveries_of_one_event_credit_once(real_world: World) -> None:
    user = real_world.user()
    payment = real_world.services.payments.initiate(user.id, 500)
    success = PaymentEvent("evt-1", EventType.SUCCEEDED, payment.reference, 500, "USD")
    outcomes = together(6, lambda _: real_world.services.payments.take_in(success))
    assert Counter(outcomes) == {Outcome.CREDITED: 1, Outcome.DUPLICATE: 5}
    assert real_world.balance(user) == 500


def test_different_events_for_one_payment_credit_once(real_world: World) -> None:
    user = real_world.user()
    payment = real_world.services.payments.initiate(user.id, 500)

    def deliver(number: int) -> Outcome:
        success = PaymentEvent(f"evt-{number}", EventType.SUCCEEDED, payment.reference, 500, "USD")
        return real_world.services.payments.take_in(success)

    assert Counter(together(6, deliver)) == {Outcome.CREDITED: 1, Outcome.IGNORED: 5}
    assert real_world.balance(user) == 500


def test_payments_of_one_user_add_up(real_world: World) -> None:
    user = real_world.user()
    payments = [real_world.services.payments.initiate(user.id, 100 + number) for number in range(6)]

    def deliver(number: int) -> Outcome:
        paid = payments[number]
        success = PaymentEvent(f"evt-{number}", EventType.SUCCEEDED, paid.reference, paid.amount_cents, "USD")
        return real_world.services.payments.take_in(success)

    assert Counter(together(6, deliver)) == {Outcome.CREDITED: 6}
    assert real_world.balance(user) == sum(paid.amount_cents for paid in payments)


def test_parallel_requests_over_http_credit_once(real_world: World) -> None:
    api = Api(real_world).enter()
    reference = api.post(f"{V1}/payments", {"amount_cents": 500}).json()["reference"]
    answers = together(4, lambda _: api.webhook(event(reference, 500)).json()["outcome"])
    assert sorted(map(str, answers)) == ["credited", "duplicate", "duplicate", "duplicate"]
    assert api.balance() == 500
