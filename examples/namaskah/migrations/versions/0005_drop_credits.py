"""The old column goes (contract): deploy it after the release that reads wallets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the column; its values live on as balances."""
    op.drop_column("users", "credits")


def downgrade() -> None:
    """Bring the column back, filled from the wallets."""
    op.add_column("users", sa.Column("credits", sa.Numeric(19, 2), server_default=sa.text("0"), nullable=False))
    op.create_check_constraint(op.f("ck_users_credits_not_negative"), "users", "credits >= 0")
    op.execute("UPDATE users SET credits = wallets.balance_cents / 100.0 FROM wallets WHERE wallets.user_id = users.id")
