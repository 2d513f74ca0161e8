"""Payments that bring credit in, verifications that use it up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables; amounts are cents from here on."""
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_payments_user_id_users"),
        sa.UniqueConstraint("reference", name="uq_payments_reference"),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payments_amount_positive")),
        sa.CheckConstraint("status IN ('pending', 'succeeded', 'failed')", name=op.f("ck_payments_status_known")),
    )
    op.create_index("ix_payments_user_id", "payments", ["user_id"])
    op.create_table(
        "verifications",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'requested'"), nullable=False),
        sa.Column("activation_id", sa.Text()),
        sa.Column("phone_number", sa.Text()),
        sa.Column("code", sa.Text()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verifications"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_verifications_user_id_users"),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_verifications_price_not_negative")),
        sa.CheckConstraint(
            "status IN ('requested', 'waiting', 'completed', 'cancelled', 'expired', 'failed')",
            name=op.f("ck_verifications_status_known"),
        ),
    )
    op.create_index("ix_verifications_user_id_id", "verifications", ["user_id", "id"])


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("verifications")
    op.drop_table("payments")
