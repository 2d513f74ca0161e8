"""What the database refuses even when the code is wrong."""

from __future__ import annotations

from typing import Dict

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.services.bookings import Order
from tests.support.world import World


@pytest.fixture
def ids(world: World) -> Dict[str, int]:
    """A user with a wallet, a payment and a verification."""
    user = world.user(cents=500)
    verification = world.services.verifications.purchase(user.id, Order("telegram", "IN", "order-0001")).verification
    with world.adapters.engine.connect() as connection:
        wallet = connection.execute(text("SELECT id FROM wallets")).scalar_one()
        payment = connection.execute(text("SELECT id FROM payments")).scalar_one()
    return {"user": user.id, "wallet": wallet, "payment": payment, "verification": verification.id}


ENTRY = "INSERT INTO ledger_entries (wallet_id, kind, amount_cents, balance_after_cents, reference"


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE wallets SET balance_cents = -1", "ck_wallets_balance_not_negative"),
        ("INSERT INTO wallets (user_id) VALUES (:user)", "uq_wallets_user_id"),
        (ENTRY + ", payment_id) VALUES (:wallet, 'deposit', 1, 1, 'x', :payment)", "uq_ledger_entries_payment_id"),
        (
            ENTRY + ", verification_id) VALUES (:wallet, 'purchase', 1, 1, 'x', :verification)",
            "uq_ledger_entries_verification_id_kind",
        ),
        (ENTRY + ") VALUES (:wallet, 'gift', 1, 1, 'x')", "ck_ledger_entries_kind_known"),
        ("UPDATE payments SET status = 'maybe'", "ck_payments_status_known"),
        ("UPDATE payments SET amount_cents = 0", "ck_payments_amount_positive"),
        ("UPDATE verifications SET status = 'maybe'", "ck_verifications_status_known"),
        ("UPDATE verifications SET service_code = 'unknown'", "fk_verifications_service_code_services"),
        ("DELETE FROM users", "fk_"),
        (
            "INSERT INTO verifications (user_id, service_code, country, price_cents, expires_at, idempotency_key) "
            "VALUES (:user, 'telegram', 'IN', 1, now(), 'order-0001')",
            "uq_verifications_user_id_idempotency_key",
        ),
    ],
)
def test_the_database_refuses(world: World, ids: Dict[str, int], statement: str, constraint: str) -> None:
    with world.adapters.engine.connect() as connection, pytest.raises(IntegrityError, match=constraint):
        connection.execute(text(statement), ids)
