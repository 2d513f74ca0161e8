"""Old rows are checked against the new foreign keys, without the lock that adding them would have held."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FOREIGN_KEYS = (
    ("verifications", "fk_verifications_service_code_services"),
    ("ledger_entries", "fk_ledger_entries_payment_id_payments"),
    ("ledger_entries", "fk_ledger_entries_verification_id_verifications"),
)


def upgrade() -> None:
    """Validate; a second time does nothing."""
    for table, name in FOREIGN_KEYS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def downgrade() -> None:
    """Nothing to take back: a foreign key that is known to hold stays known to hold."""
