from __future__ import annotations

import pytest

from onward.errors import ServiceError
from onward.execute.services import external
from onward.execute.services.postgres import databases
from onward.execute.services.redis import resp


def test_a_database_of_the_same_server_keeps_everything_else() -> None:
    server = databases.Address("postgresql+asyncpg://me:p%40ss@db.example:6543/shop?sslmode=require")
    assert server.database("onward_1") == "postgresql://me:p%40ss@db.example:6543/onward_1?sslmode=require"
    assert server.database("x", "postgresql+psycopg").startswith("postgresql+psycopg://me:")
    assert server.own() == "postgresql://me:p%40ss@db.example:6543/shop?sslmode=require"
    assert (server.shown, server.secrets) == ("db.example:6543", ("p%40ss", "p@ss"))


def test_usual_ports_are_understood() -> None:
    assert databases.Address("postgres://localhost/x").shown == "localhost:5432"
    assert resp.Address("redis://localhost").shown == "localhost:6379"


@pytest.mark.parametrize(
    ("url", "number"), [("redis://h", 0), ("redis://h/", 0), ("redis://h/7", 7), ("redis://h/x", 0)]
)
def test_the_number_of_a_logical_database(url: str, number: int) -> None:
    assert resp.Address(url).number == number


def test_a_redis_url_takes_the_number_and_the_scheme() -> None:
    server = resp.Address("redis://:secret@h:1/3?timeout=1")
    assert server.database(5) == "redis://:secret@h:1/5?timeout=1"
    assert server.database(5, "valkey") == "valkey://:secret@h:1/5?timeout=1"


def test_what_a_server_is_called() -> None:
    assert resp.called({"redis_version": "7.0.15"}) == "Redis 7.0.15"
    valkey = {"redis_version": "7.2.4", "valkey_version": "9.1.2"}
    assert resp.called(valkey) == "Valkey 9.1.2 (answers as Redis 7.2.4)"


def test_only_names_of_ours_are_dropped() -> None:
    with pytest.raises(ServiceError, match="not a database of onward's"):
        databases.check_ours("onward_shop")
    databases.check_ours("onward_0123abcd_12")


def test_an_address_of_another_kind_is_refused_without_its_password() -> None:
    with pytest.raises(ServiceError, match=r"^ONWARD_POSTGRES_URL does not begin with postgresql://$"):
        external.check_scheme("ONWARD_POSTGRES_URL", "mysql://me:secret@h/x", ("postgresql", "postgres"))
    external.check_scheme("ONWARD_POSTGRES_URL", "postgresql+psycopg://h/x", ("postgresql", "postgres"))
