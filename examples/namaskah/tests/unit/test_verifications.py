"""Verifications: every way to end, and what each costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

import httpx
import pytest

from app.container import assemble
from app.errors import (
    IdempotencyConflict,
    InsufficientCredit,
    NoNumberAvailable,
    NotCancellable,
    NotFound,
    ProviderUnavailable,
)
from app.models import EntryKind, User, Verification, VerificationStatus
from app.services.bookings import Order
from app.services.ports import Activation, ActivationStatus
from app.services.verifications import Verifications
from provider_sim.activations import SILENT, SOLD_OUT
from tests.support.world import CODE_DELAY, TELEGRAM_CENTS, World

ORDER = Order("telegram", "IN")
SILENCE = Order("telegram", SILENT)


@pytest.fixture
def user(world: World) -> User:
    return world.user(cents=200)


def buy(world: World, user: User, order: Order = ORDER) -> Verification:
    return world.services.verifications.purchase(user.id, order).verification


def without_provider(world: World) -> Verifications:
    """The same application when its provider answers every request with an error."""
    broken = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(500)), base_url="http://sms.test")
    adapters = replace(world.adapters, provider_client=broken)
    return assemble(world.settings, adapters).verifications


def kinds(world: World, user: User) -> list[EntryKind]:
    return [entry.kind for entry in world.services.wallets.history(user.id, before=None, limit=10).entries]


def test_a_number_is_rented_and_paid(world: World, user: User) -> None:
    verification = buy(world, user)
    assert verification.status is VerificationStatus.WAITING
    assert verification.phone_number == "+15550000001"
    assert world.balance(user) == 200 - TELEGRAM_CENTS


def test_the_code_arrives(world: World, user: User) -> None:
    verification = buy(world, user)
    assert world.services.verifications.poll(user.id, verification.id).code is None
    world.clock.advance(CODE_DELAY)
    done = world.services.verifications.poll(user.id, verification.id)
    assert (done.status, done.code, done.ended_at) == (VerificationStatus.COMPLETED, "007919", world.clock())
    assert world.balance(user) == 200 - TELEGRAM_CENTS


def test_a_completed_verification_keeps_its_code_without_the_provider(world: World, user: User) -> None:
    verification = buy(world, user)
    world.clock.advance(CODE_DELAY)
    world.services.verifications.poll(user.id, verification.id)
    assert without_provider(world).poll(user.id, verification.id).code == "007919"


def test_credit_must_suffice(world: World) -> None:
    user = world.user(cents=100)
    for _ in range(2):
        buy(world, user)
    with pytest.raises(InsufficientCredit):
        buy(world, user)
    assert world.balance(user) == 0
    assert len(world.services.bookings.recent(user.id, limit=10)) == 2


@pytest.mark.parametrize("service", ["retired", "unknown"])
def test_only_enabled_services_are_sold(world: World, user: User, service: str) -> None:
    assert [item.code for item in world.services.bookings.catalogue()] == ["telegram"]
    with pytest.raises(NotFound):
        buy(world, user, Order(service, "IN"))
    assert world.balance(user) == 200


def test_no_number_no_cost(world: World, user: User) -> None:
    with pytest.raises(NoNumberAvailable):
        buy(world, user, Order("telegram", SOLD_OUT))
    assert world.balance(user) == 200
    assert kinds(world, user) == [EntryKind.REFUND, EntryKind.PURCHASE, EntryKind.DEPOSIT]


def test_no_provider_no_cost(world: World, user: User) -> None:
    with pytest.raises(ProviderUnavailable):
        without_provider(world).purchase(user.id, ORDER)
    assert world.balance(user) == 200
    assert [found.status for found in world.services.bookings.recent(user.id, limit=10)] == [VerificationStatus.FAILED]


def test_a_repeated_order_buys_once(world: World, user: User) -> None:
    order = Order("telegram", "IN", "order-0001")
    first = world.services.verifications.purchase(user.id, order)
    second = world.services.verifications.purchase(user.id, order)
    assert (first.created, second.created) == (True, False)
    assert first.verification.id == second.verification.id
    assert world.balance(user) == 200 - TELEGRAM_CENTS


def test_a_key_belongs_to_one_order_of_one_user(world: World, user: User) -> None:
    buy(world, user, Order("telegram", "IN", "order-0001"))
    with pytest.raises(IdempotencyConflict):
        buy(world, user, Order("telegram", "US", "order-0001"))
    bob = world.user("bob@example.com", cents=100)
    assert world.services.verifications.purchase(bob.id, Order("telegram", "US", "order-0001")).created


def test_cancelling_refunds_once(world: World, user: User) -> None:
    verification = buy(world, user)
    assert world.services.verifications.cancel(user.id, verification.id).status is VerificationStatus.CANCELLED
    assert world.balance(user) == 200
    with pytest.raises(NotCancellable, match="already cancelled"):
        world.services.verifications.cancel(user.id, verification.id)
    assert world.balance(user) == 200


def test_cancelling_too_late_delivers_the_code(world: World, user: User) -> None:
    verification = buy(world, user)
    world.clock.advance(CODE_DELAY)
    with pytest.raises(NotCancellable, match="already completed"):
        world.services.verifications.cancel(user.id, verification.id)
    assert world.services.verifications.poll(user.id, verification.id).code == "007919"
    assert world.balance(user) == 200 - TELEGRAM_CENTS


def test_cancelling_needs_the_provider(world: World, user: User) -> None:
    verification = buy(world, user)
    with pytest.raises(ProviderUnavailable):
        without_provider(world).cancel(user.id, verification.id)
    assert world.services.verifications.poll(user.id, verification.id).status is VerificationStatus.WAITING


def test_an_order_can_be_cancelled_while_its_number_is_being_rented(world: World, user: User) -> None:
    paid = world.services.bookings.pay(user.id, ORDER).verification
    world.services.verifications.cancel(user.id, paid.id)
    late = Activation("act-1", "+1", ActivationStatus.WAITING)
    assert world.services.bookings.activate(paid.id, late).status is VerificationStatus.CANCELLED
    assert world.balance(user) == 200


def test_a_number_that_comes_too_late_is_given_back(world: World, user: User) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        if request.url.path == "/activations":
            rented = world.services.bookings.recent(user.id, limit=1)[0]
            world.services.bookings.settle(rented.id, VerificationStatus.EXPIRED)
        return httpx.Response(200, json={"id": "act-9", "phone_number": "+1", "status": "waiting"})

    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://sms.test")
    adapters = replace(world.adapters, provider_client=client)
    bought = assemble(world.settings, adapters).verifications.purchase(user.id, ORDER)
    assert bought.verification.status is VerificationStatus.EXPIRED
    assert seen == ["/activations", "/activations/act-9/cancel"]
    assert world.balance(user) == 200


def test_a_number_that_cannot_be_given_back_costs_the_user_nothing(world: World, user: User) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/cancel"):
            return httpx.Response(500)
        rented = world.services.bookings.recent(user.id, limit=1)[0]
        world.services.bookings.settle(rented.id, VerificationStatus.EXPIRED)
        return httpx.Response(200, json={"id": "act-9", "phone_number": "+1", "status": "waiting"})

    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://sms.test")
    verifications = assemble(world.settings, replace(world.adapters, provider_client=client)).verifications
    assert verifications.purchase(user.id, ORDER).verification.status is VerificationStatus.EXPIRED
    assert world.balance(user) == 200


@pytest.mark.parametrize("end", ["poll", "sweep"])
def test_silence_is_refunded_when_the_time_is_over(world: World, user: User, end: str) -> None:
    verification = buy(world, user, SILENCE)
    world.clock.advance(world.settings.verification_ttl_seconds)
    ways: dict[str, Callable[[], object]] = {
        "poll": lambda: world.services.verifications.poll(user.id, verification.id),
        "sweep": world.services.verifications.sweep,
    }
    ways[end]()
    found = world.services.bookings.owned(user.id, verification.id)
    assert found.status is VerificationStatus.EXPIRED
    assert world.balance(user) == 200


def test_a_code_that_nobody_polled_is_kept_when_the_time_is_over(world: World, user: User) -> None:
    verification = buy(world, user)
    world.clock.advance(world.settings.verification_ttl_seconds)
    assert world.services.verifications.sweep() == 1
    found = world.services.bookings.owned(user.id, verification.id)
    assert (found.status, found.code) == (VerificationStatus.COMPLETED, "007919")
    assert world.balance(user) == 200 - TELEGRAM_CENTS


def test_the_user_does_not_wait_for_a_provider_that_is_gone(world: World, user: User) -> None:
    verification = buy(world, user)
    gone = without_provider(world)
    with pytest.raises(ProviderUnavailable):
        gone.poll(user.id, verification.id)
    world.clock.advance(world.settings.verification_ttl_seconds)
    assert gone.poll(user.id, verification.id).status is VerificationStatus.EXPIRED
    assert world.balance(user) == 200


def test_what_died_between_paying_and_renting_is_refunded(world: World, user: User) -> None:
    world.services.bookings.pay(user.id, ORDER)
    assert world.services.verifications.sweep() == 0
    world.clock.advance(world.settings.verification_ttl_seconds)
    assert world.services.verifications.sweep() == 1
    assert world.services.verifications.sweep() == 0
    assert world.balance(user) == 200


def test_what_the_provider_cancelled_is_refunded(world: World, user: User) -> None:
    verification = buy(world, user)
    assert verification.activation_id is not None
    world.adapters.provider_client.post(f"/activations/{verification.activation_id}/cancel")
    assert world.services.verifications.poll(user.id, verification.id).status is VerificationStatus.CANCELLED
    assert world.balance(user) == 200


def test_verifications_of_others_do_not_exist(world: World, user: User) -> None:
    verification = buy(world, user)
    bob = world.user("bob@example.com")
    with pytest.raises(NotFound):
        world.services.verifications.poll(bob.id, verification.id)
    with pytest.raises(NotFound):
        world.services.verifications.cancel(bob.id, verification.id)
