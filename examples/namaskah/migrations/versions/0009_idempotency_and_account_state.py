"""Orders that may be repeated, verifications that know when they ended, accounts that can be closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns only; none of them rewrites a table."""
    op.add_column("verifications", sa.Column("idempotency_key", sa.Text()))
    op.add_column("verifications", sa.Column("ended_at", sa.DateTime(timezone=True)))
    op.add_column("users", sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("users", "is_active")
    op.drop_column("verifications", "ended_at")
    op.drop_column("verifications", "idempotency_key")
