"""The ledger and the history that users see of it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.errors import InsufficientCredit
from app.models import EntryKind
from app.services import ledger
from tests.support.world import World


def test_a_balance_never_falls_below_zero(world: World) -> None:
    user = world.user(cents=100)
    with Session(world.adapters.engine) as session, pytest.raises(InsufficientCredit, match="101 cents, you have 100"):
        wallet = ledger.lock_wallet(session, user.id)
        ledger.post(session, wallet, ledger.Posting(EntryKind.PURCHASE, -101, "verification:1"))
    assert world.balance(user) == 100


def test_the_last_cent_can_be_spent(world: World) -> None:
    user = world.user(cents=100)
    with Session(world.adapters.engine) as session:
        entry = ledger.post(
            session, ledger.lock_wallet(session, user.id), ledger.Posting(EntryKind.PURCHASE, -100, "verification:1")
        )
        session.commit()
        assert entry.balance_after_cents == 0
    assert world.balance(user) == 0


def test_history_is_paged_newest_first_without_gaps(world: World) -> None:
    user = world.user()
    for cents in (100, 200, 300, 400, 500):
        world.deposit(user, cents)
    seen, before = [], None
    while True:
        page = world.services.wallets.history(user.id, before=before, limit=2)
        seen += [entry.amount_cents for entry in page.entries]
        before = page.next_before
        if before is None:
            break
    assert seen == [500, 400, 300, 200, 100]


def test_history_tells_the_balance_after_each_entry(world: World) -> None:
    user = world.user()
    world.deposit(user, 100)
    world.deposit(user, 250)
    entries = world.services.wallets.history(user.id, before=None, limit=10).entries
    assert [(entry.kind, entry.balance_after_cents) for entry in entries] == [
        (EntryKind.DEPOSIT, 350),
        (EntryKind.DEPOSIT, 100),
    ]


def test_history_shows_the_own_wallet_only(world: World) -> None:
    world.user("ada@example.com", cents=100)
    bob = world.user("bob@example.com")
    assert world.services.wallets.history(bob.id, before=None, limit=10).entries == []
