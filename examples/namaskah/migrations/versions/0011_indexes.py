"""Indexes, made while the application goes on writing."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('requested', 'waiting')")
INDEXES: Tuple[Tuple[str, str, List[str], Dict[str, Any]], ...] = (
    ("ix_verifications_service_code", "verifications", ["service_code"], {}),
    ("ix_verifications_expires_at_open", "verifications", ["expires_at"], {"postgresql_where": OPEN}),
    ("uq_verifications_user_id_idempotency_key", "verifications", ["user_id", "idempotency_key"], {"unique": True}),
    ("uq_ledger_entries_payment_id", "ledger_entries", ["payment_id"], {"unique": True}),
    ("uq_ledger_entries_verification_id_kind", "ledger_entries", ["verification_id", "kind"], {"unique": True}),
)


def upgrade() -> None:
    """Everything here may be repeated after a failure.

    A concurrent index that could not be finished stays behind, invalid; so each is dropped before it is made.
    """
    with op.get_context().autocommit_block():
        _drop_indexes()
        for name, table, columns, options in INDEXES:
            op.create_index(name, table, columns, postgresql_concurrently=True, if_not_exists=True, **options)


def downgrade() -> None:
    """Drop the indexes."""
    with op.get_context().autocommit_block():
        _drop_indexes()


def _drop_indexes() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
