"""A tiny but whole project: code, tests, migrations, a database and Redis; every gate has something to look at."""

from __future__ import annotations

import json
from pathlib import Path

from kit import repos
from kit.repos import Repo

ONWARD = """schema = 1

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

[application]
command = ["uvicorn", "web:app", "--host", "{host}", "--port", "{port}", "--no-access-log"]
prepare = [["alembic", "upgrade", "head"]]
health = "/health"

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

[gates.frontend]
advisories-max-age = "40000d"

[gates.performance]
users = 4
spawn-rate = 4
short-duration = "4s"
p95 = "2s"
p99 = "4s"
max-memory = "200MiB"
compare-rounds = 10
compare-block = "100ms"
compare-warm-up = "1s"
# large enough for a machine that others use too: what is planted is larger
slower = 60
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

WEB = '''"""The shop over HTTP: orders that are kept in the database."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy import create_engine, select

from app.models import Order

SPECIFICATION = json.loads((Path(__file__).parent / "openapi.json").read_text())
engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)


def answer(method: str, path: str) -> tuple[int, dict]:
    """Return the status and the document for a request."""
    known = {"/health": health, "/openapi.json": specification, "/orders": orders}
    if path not in known:
        return 404, {"error": "there is nothing here"}
    if method != "GET":
        return 405, {"error": "read only"}
    return 200, known[path]()


def specification() -> dict:
    """Return the document of what is really served."""
    paths = {path: item for path, item in SPECIFICATION["paths"].items() if path in ("/health", "/orders")}
    return {**SPECIFICATION, "paths": paths}


def health() -> dict:
    """Return that the shop is up, once the database has answered."""
    with engine.connect() as connection:
        connection.execute(select(1))
    return {"status": "up"}


def orders() -> dict:
    """Return every order."""
    with engine.connect() as connection:
        rows = connection.execute(select(Order.id, Order.title).order_by(Order.id)).all()
    return {"orders": [{"id": row.id, "title": row.title} for row in rows]}


async def app(scope, receive, send) -> None:
    """Answer one request."""
    if scope["type"] != "http":
        return
    status, document = answer(scope["method"], scope["path"])
    headers = [(b"content-type", b"application/json")]
    headers += [(b"allow", b"GET")] if status == 405 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(document).encode()})
'''


def _schema(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _answers(schema: object, description: str) -> dict[str, object]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_ERROR = _answers(_schema(error={"type": "string"}), "Only reading is possible.")
_ORDER = _schema(id={"type": "integer"}, title={"type": "string"})
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/health": {"get": {"responses": {"200": _answers(_schema(status={"type": "string"}), "It is up.")}}},
        "/orders": {
            "get": {
                "responses": {
                    "200": _answers(_schema(orders={"type": "array", "items": _ORDER}), "Every order."),
                    "405": _ERROR,
                }
            }
        },
    },
}

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

README = """# The shop

Sells [orders](app/orders.py); see [how to run it](#running).

## Running

```console
$ onward run
```
"""

WORKFLOW = """name: Checks

on:
  pull_request:

permissions: {}

jobs:
  checks:
    name: Checks
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read # to check the code out
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: python -m pytest
"""

STOREFRONT = Path(__file__).parent / "storefront"

RUNTIME = "sqlalchemy==2.0.44\nalembic==1.17.2\npsycopg[binary]==3.2.13\nuvicorn==0.38.0\n"

LOCUSTFILE = """from locust import FastHttpUser, constant, task


class Reader(FastHttpUser):
    wait_time = constant(0.1)

    @task
    def orders(self):
        self.client.get("/orders")
"""

FILES: dict[str, str] = {
    "onward.toml": ONWARD,
    "pyproject.toml": PYPROJECT,
    ".flake8": "[flake8]\nmax-line-length = 120\n",
    "requirements.txt": RUNTIME,
    "requirements-dev.txt": "-r requirements.txt\npytest==8.4.2\n",
    "alembic.ini": "[alembic]\nscript_location = migrations\nprepend_sys_path = .\n",
    "web.py": WEB,
    "openapi.json": json.dumps(OPENAPI, indent=2) + "\n",
    "app/__init__.py": '"""The shop."""\n',
    "app/orders.py": ORDERS,
    "app/models.py": MODELS,
    "migrations/env.py": ENV,
    "migrations/script.py.mako": "",
    "migrations/versions/first.py": FIRST,
    "tests/unit/test_orders.py": UNIT,
    "tests/integration/test_orders_kept.py": REAL,
    "tests/test_arrays.py": MARKED,
    "tests/load/locustfile.py": LOCUSTFILE,
    ".github/workflows/checks.yml": WORKFLOW,
    "README.md": README,
    **{
        f"storefront/{path.relative_to(STOREFRONT).as_posix()}": path.read_text()
        for path in sorted(STOREFRONT.rglob("*"))
        if path.is_file()
    },
}


def make(root: Path, **changes: str) -> Repo:
    """Make the shop as a repository with one commit at `root`; `changes` replace text in onward.toml (old=new pairs)."""
    return repos.make(root, {**FILES, **changes})
