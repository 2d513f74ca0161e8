"""Revisions of alembic as files."""

from __future__ import annotations

_TEXT = '''"""{name}"""

import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = {down!r}


def upgrade():
    {up}


def downgrade():
    {back}
'''


def revision(name: str, down: str | None, up: str, back: str) -> dict[str, str]:
    """Return the file of one revision; `up` and `back` are statements, one a line."""
    text = _TEXT.format(name=name, down=down, up=up.replace("\n", "\n    "), back=back.replace("\n", "\n    "))
    return {f"migrations/versions/{name}.py": text}
