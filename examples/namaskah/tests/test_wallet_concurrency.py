"""Wallets under real concurrency: SQLite has no row locks and would prove nothing here."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import Iterator

import pytest
from sqlalchemy import make_url, text

from app.adapters.database import build_engine
from app.container import assemble
from app.errors import InsufficientCredit, NotCancellable
from app.models import Verification, VerificationStatus
from app.services.bookings import Order, Purchase
from app.services.verifications import Verifications
from tests.support.together import together
from tests.support.world import TELEGRAM_CENTS, World

pytestmark = pytest.mark.sqlite_incompatible

ORDER = Order("telegram", "IN")
SILENCE = Order("telegram", "XX")


def test_parallel_purchases_never_overspend(real_world: World) -> None:
    user = real_world.user(cents=TELEGRAM_CENTS * 3)
    results = together(8, lambda _: real_world.services.verifications.purchase(user.id, ORDER))
    assert sum(isinstance(result, Purchase) for result in results) == 3
    assert sum(isinstance(result, InsufficientCredit) for result in results) == 5
    assert real_world.balance(user) == 0


def test_two_purchases_and_credit_for_one(real_world: World) -> None:
    user = real_world.user(cents=100)
    real_world.services.verifications.purchase(user.id, ORDER)
    results = together(2, lambda _: real_world.services.verifications.purchase(user.id, ORDER))
    assert sorted(type(result).__name__ for result in results) == ["InsufficientCredit", "Purchase"]
    assert real_world.balance(user) == 0


def test_one_idempotency_key_buys_one_number(real_world: World) -> None:
    user = real_world.user(cents=1000)
    order = Order("telegram", "IN", "the-same-order")
    results = together(6, lambda _: real_world.services.verifications.purchase(user.id, order))
    bought = [result for result in results if isinstance(result, Purchase)]
    assert len(bought) == 6
    assert len({purchase.verification.id for purchase in bought}) == 1
    assert sum(purchase.created for purchase in bought) == 1
    assert real_world.balance(user) == 1000 - TELEGRAM_CENTS


def test_parallel_cancellations_refund_once(real_world: World) -> None:
    user = real_world.user(cents=100)
    bought = real_world.services.verifications.purchase(user.id, SILENCE).verification
    results = together(4, lambda _: real_world.services.verifications.cancel(user.id, bought.id))
    assert all(isinstance(result, (Verification, NotCancellable)) for result in results)
    assert any(isinstance(result, Verification) for result in results)
    assert real_world.balance(user) == 100


def test_sweepers_and_pollers_refund_once(real_world: World) -> None:
    user = real_world.user(cents=500)
    bought = [real_world.services.verifications.purchase(user.id, SILENCE).verification for _ in range(4)]
    real_world.clock.advance(real_world.settings.verification_ttl_seconds)

    def end(number: int) -> object:
        if number % 2:
            return real_world.services.verifications.sweep()
        return real_world.services.verifications.poll(user.id, bought[0].id)

    results = together(6, end)
    assert not [result for result in results if isinstance(result, Exception)]
    ended = real_world.services.bookings.recent(user.id, limit=10)
    assert {verification.status for verification in ended} == {VerificationStatus.EXPIRED}
    assert real_world.balance(user) == 500


def test_one_locked_verification_does_not_keep_the_others_from_their_refund(real_world: World) -> None:
    ada = real_world.user("ada@example.com", cents=100)
    bob = real_world.user("bob@example.com", cents=100)
    stuck = real_world.services.verifications.purchase(ada.id, SILENCE).verification
    real_world.services.verifications.purchase(bob.id, SILENCE)
    real_world.clock.advance(real_world.settings.verification_ttl_seconds)
    with impatient(real_world) as verifications, real_world.adapters.engine.begin() as connection:
        connection.execute(text("SELECT 1 FROM verifications WHERE id = :id FOR UPDATE"), {"id": stuck.id})
        assert verifications.sweep() == 2
    assert (real_world.balance(ada), real_world.balance(bob)) == (50, 100)
    assert real_world.services.verifications.sweep() == 1
    assert real_world.balance(ada) == 100


@contextmanager
def impatient(world: World) -> Iterator[Verifications]:
    """The same application, waiting for a lock no longer than a moment."""
    url = make_url(world.settings.sqlalchemy_url).update_query_dict({"options": "-c lock_timeout=100ms"})
    address = url.render_as_string(hide_password=False)
    engine = build_engine(world.settings.model_copy(update={"database_url": address}))
    try:
        yield assemble(world.settings, replace(world.adapters, engine=engine)).verifications
    finally:
        engine.dispose()


def test_users_do_not_wait_for_each_other(real_world: World) -> None:
    ada = real_world.user("ada@example.com", cents=100)
    bob = real_world.user("bob@example.com", cents=100)
    with real_world.adapters.engine.begin() as connection:
        connection.execute(text("SELECT 1 FROM wallets WHERE user_id = :id FOR UPDATE"), {"id": ada.id})
        assert real_world.services.verifications.purchase(bob.id, ORDER).created
