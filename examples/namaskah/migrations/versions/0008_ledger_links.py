"""Ledger entries point at what caused them, instead of only naming it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# NOTE: only the first entry of each cause is linked: the next revision makes the links unique, and an
# entry that was doubled before then must stay visible in the history.
LINK = """
UPDATE ledger_entries SET {column} = first.cause
FROM (
    SELECT min(entry.id) AS id, cause.id AS cause
    FROM ledger_entries AS entry JOIN {table} AS cause ON entry.reference = '{name}:' || cause.id
    GROUP BY cause.id, entry.kind
) AS first
WHERE ledger_entries.id = first.id
"""


def upgrade() -> None:
    """Add the links and fill them from the references."""
    op.add_column("ledger_entries", sa.Column("payment_id", sa.BigInteger()))
    op.add_column("ledger_entries", sa.Column("verification_id", sa.BigInteger()))
    op.execute(LINK.format(column="payment_id", table="payments", name="payment"))
    op.execute(LINK.format(column="verification_id", table="verifications", name="verification"))
    for column, table in (("payment_id", "payments"), ("verification_id", "verifications")):
        op.create_foreign_key(
            f"fk_ledger_entries_{column}_{table}",
            "ledger_entries",
            table,
            [column],
            ["id"],
            postgresql_not_valid=True,
        )


def downgrade() -> None:
    """Drop the links; the references still tell."""
    op.drop_column("ledger_entries", "verification_id")
    op.drop_column("ledger_entries", "payment_id")
