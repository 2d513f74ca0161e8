"""Webhooks are remembered, payments know their currency and when they ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, add the columns; everything before was in dollars."""
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_webhook_events_payment_id_payments"),
        sa.UniqueConstraint("event_id", name="uq_webhook_events_event_id"),
    )
    op.create_index("ix_webhook_events_payment_id", "webhook_events", ["payment_id"])
    op.add_column("payments", sa.Column("currency", sa.Text(), server_default=sa.text("'USD'"), nullable=False))
    op.add_column("payments", sa.Column("completed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Forget webhooks and the two columns."""
    op.drop_column("payments", "completed_at")
    op.drop_column("payments", "currency")
    op.drop_table("webhook_events")
