"""A tiny but whole project: code, tests, migrations, a database and Redis; every gate has something to look at."""

from __future__ import annotations

from pathlib import Path

from kit import repos
from kit.repos import Repo

PAWL = """schema = 1

[project]
name = "shop"
python = ["3.11"]
deployed-python = "3.11"
source = ["app"]
tests = ["tests"]
requirements = ["requirements-dev.txt"]
deployed-requirements = ["requirements.txt"]
default-branch = "main"

[environment]
SHOP_MODE = "test"

[services.postgres]
image = "postgres:15"
variable = "DATABASE_URL"
scheme = "postgresql+psycopg"

[services.redis]
image = "redis:7"
variable = "REDIS_URL"

[gates.format]
tools = ["black", "isort", "ruff-format"]

[gates.lint]
tools = ["flake8", "ruff"]

[gates.integration]
paths = ["tests/integration"]
markers = ["needs_postgres"]

[gates.coverage]
lines = 90
branches = 90

[gates.dependencies]
advisories-max-age = "40000d"
"""

PYPROJECT = """[project]
name = "shop"
version = "1"
requires-python = ">=3.11"

[tool.black]
line-length = 120

[tool.isort]
profile = "black"

[tool.ruff]
line-length = 120

[tool.pytest.ini_options]
markers = ["needs_postgres: SQLite cannot run it"]

[tool.coverage.run]
branch = true
source = ["app"]
"""

ORDERS = '''"""Orders and what they cost."""

from __future__ import annotations


def total(prices: list[int], discount: int = 0) -> int:
    """Return the sum of prices in cents, less a discount that never makes it negative."""
    if discount > sum(prices):
        return 0
    return sum(prices) - discount
'''

MODELS = '''"""Tables of the shop."""

from __future__ import annotations

from sqlalchemy import BigInteger, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables."""


class Order(Base):
    """One order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
'''

ENV = '''"""Alembic's environment: the database named by DATABASE_URL."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine

from app.models import Base

engine = create_engine(os.environ["DATABASE_URL"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
'''

FIRST = '''"""Orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "first"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("orders")
'''

UNIT = """from __future__ import annotations

from app.orders import total


def test_total() -> None:
    assert total([100, 250]) == 350


def test_discount() -> None:
    assert total([100], discount=40) == 60
    assert total([100], discount=200) == 0
"""

REAL = """from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

from sqlalchemy import create_engine, text

from app.models import Base, Order


def test_orders_are_kept() -> None:
    engine = create_engine(os.environ["DATABASE_URL"])
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(Order.__table__.insert().values(id=1, title="tea"))
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar_one() >= 1


def test_redis_answers() -> None:
    address = urlsplit(os.environ["REDIS_URL"])
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(b"PING\\r\\n")
        assert connection.recv(64)
"""

MARKED = """from __future__ import annotations

import os

import pytest
from sqlalchemy import create_engine, text


@pytest.mark.needs_postgres
def test_arrays() -> None:
    engine = create_engine(os.environ["DATABASE_URL"])
    with engine.connect() as connection:
        assert connection.execute(text("SELECT ARRAY[1, 2]")).scalar_one() == [1, 2]
"""

RUNTIME = "sqlalchemy==2.0.44\nalembic==1.17.2\npsycopg[binary]==3.2.13\n"

FILES: dict[str, str] = {
    "pawl.toml": PAWL,
    "pyproject.toml": PYPROJECT,
    ".flake8": "[flake8]\nmax-line-length = 120\n",
    "requirements.txt": RUNTIME,
    "requirements-dev.txt": "-r requirements.txt\npytest==8.4.2\n",
    "alembic.ini": "[alembic]\nscript_location = migrations\nprepend_sys_path = .\n",
    "app/__init__.py": '"""The shop."""\n',
    "app/orders.py": ORDERS,
    "app/models.py": MODELS,
    "migrations/env.py": ENV,
    "migrations/script.py.mako": "",
    "migrations/versions/first.py": FIRST,
    "tests/unit/test_orders.py": UNIT,
    "tests/integration/test_orders_kept.py": REAL,
    "tests/test_arrays.py": MARKED,
}


def make(root: Path, **changes: str) -> Repo:
    """Make the shop as a repository with one commit at `root`; `changes` replace text in pawl.toml (old=new pairs)."""
    return repos.make(root, {**FILES, **changes})
