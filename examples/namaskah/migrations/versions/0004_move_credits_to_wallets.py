"""Every user gets a wallet that holds the old credit, explained by an opening entry (migrate)."""

from __future__ import annotations

from typing import Any, Iterator, List

import sqlalchemy as sa
from alembic import context, op
from alembic.util import CommandError

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PAGE = 1000

users = sa.table("users", sa.column("id"), sa.column("credits"))
wallets = sa.table("wallets", sa.column("id"), sa.column("user_id"), sa.column("balance_cents"))
entries = sa.table(
    "ledger_entries",
    sa.column("wallet_id"),
    sa.column("kind"),
    sa.column("amount_cents"),
    sa.column("balance_after_cents"),
    sa.column("reference"),
)


def upgrade() -> None:
    """Bring each wallet to its user's credit; a second run finds nothing left to do."""
    if context.is_offline_mode():
        raise CommandError("revision 0004 reads rows and cannot be written as SQL beforehand")
    connection = op.get_bind()
    for page in _pages(connection):
        for user in page:
            _open(connection, user.id, int(user.credits * 100))


def downgrade() -> None:
    """Write the balances back to the users; wallets and ledger stay, so nothing is lost."""
    op.execute("UPDATE users SET credits = wallets.balance_cents / 100.0 FROM wallets WHERE wallets.user_id = users.id")


def _pages(connection: sa.Connection) -> Iterator[List[Any]]:
    last = 0
    while True:
        query = sa.select(users.c.id, users.c.credits).where(users.c.id > last).order_by(users.c.id).limit(PAGE)
        page = list(connection.execute(query))
        if not page:
            return
        yield page
        last = page[-1].id


def _open(connection: sa.Connection, user_id: int, cents: int) -> None:
    query = sa.select(wallets.c.id, wallets.c.balance_cents).where(wallets.c.user_id == user_id)
    wallet = connection.execute(query).one_or_none()
    if wallet is None:
        insert = sa.insert(wallets).values(user_id=user_id, balance_cents=0)
        wallet = connection.execute(insert.returning(wallets.c.id, wallets.c.balance_cents)).one()
    difference = cents - wallet.balance_cents
    if difference == 0:
        return
    connection.execute(sa.update(wallets).where(wallets.c.id == wallet.id).values(balance_cents=cents))
    entry = {"kind": "opening", "reference": "opening:users.credits", "balance_after_cents": cents}
    connection.execute(sa.insert(entries).values(wallet_id=wallet.id, amount_cents=difference, **entry))
