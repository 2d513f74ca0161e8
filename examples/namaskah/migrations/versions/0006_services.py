"""A catalogue of services with prices; what was ever sold is in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CATALOGUE = (
    ("discord", "Discord", 35),
    ("google", "Google", 80),
    ("signal", "Signal", 60),
    ("telegram", "Telegram", 50),
    ("whatsapp", "WhatsApp", 75),
)


def upgrade() -> None:
    """Create and fill the catalogue; a service that is only known from old sales is listed, but not for sale."""
    services = op.create_table(
        "services",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_services"),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_services_price_not_negative")),
    )
    op.bulk_insert(services, [{"code": code, "name": name, "price_cents": cents} for code, name, cents in CATALOGUE])
    op.execute(
        "INSERT INTO services (code, name, price_cents, is_enabled) "
        "SELECT service_code, service_code, max(price_cents), false FROM verifications GROUP BY service_code "
        "ON CONFLICT (code) DO NOTHING"
    )
    op.create_foreign_key(
        "fk_verifications_service_code_services",
        "verifications",
        "services",
        ["service_code"],
        ["code"],
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    """Drop the catalogue; verifications keep the names of their services."""
    op.drop_constraint("fk_verifications_service_code_services", "verifications", type_="foreignkey")
    op.drop_table("services")
