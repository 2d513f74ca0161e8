from __future__ import annotations

import pytest

from onward.errors import ServiceError
from onward.execute.services import external
from onward.execute.services.postgres import databases
from onward.execute.services.redis import connection


def test_a_database_of_the_same_server_keeps_everything_else() -> None:
    server = databases.Address("postgresql+asyncpg://me:p%40ss@db.example:6543/shop?sslmode=require")
    assert server.database("onward_1") == "postgresql://me:p%40ss@db.example:6543/onward_1?sslmode=require"
    assert server.database("x", "postgresql+psycopg").startswith("postgresql+psycopg://me:")
    assert server.own() == "postgresql://me:p%40ss@db.example:6543/shop?sslmode=require"
    assert (server.shown, server.secrets) == ("db.example:6543", ("p%40ss", "p@ss"))


@pytest.mark.parametrize(
    ("url", "other", "shown", "secrets"),
    [
        ("postgres://h/shop?password=p%40ss", "postgresql://h/x?password=p%40ss", "h:5432", ("p%40ss", "p@ss")),
        ("postgresql://me:a@h1:1,h2:2/shop", "postgresql://me:a@h1:1,h2:2/x", "h1:1,h2:2", ("a",)),
        ("postgresql://h1,h2:2/shop", "postgresql://h1,h2:2/x", "h1:5432,h2:2", ()),
        ("postgresql:///shop?host=/run/pg", "postgresql:///x?host=/run/pg", "/run/pg:5432", ()),
        ("postgresql:///?host=/run/pg&dbname=shop&port=1", "postgresql:///x?host=/run/pg&port=1", "/run/pg:1", ()),
        ("postgresql://me@%2Frun%2Fpg:1/shop", "postgresql://me@%2Frun%2Fpg:1/x", "/run/pg:1", ()),
        ("postgresql://h", "postgresql://h/x", "h:5432", ()),
        ("postgresql://h?connect_timeout=3", "postgresql://h/x?connect_timeout=3", "h:5432", ()),
        ("postgresql://[::1]:2/shop", "postgresql://[::1]:2/x", "::1:2", ()),
    ],
)
def test_addresses_of_postgresql(url: str, other: str, shown: str, secrets: tuple[str, ...]) -> None:
    server = databases.Address(url)
    assert (server.database("x"), server.shown, server.secrets) == (other, shown, secrets)
    assert server.own() == url.replace("postgres://", "postgresql://")


@pytest.mark.parametrize("url", ["postgresql://me:se%zzcret@h/x", "postgresql://h/x?nonsense=1"])
def test_what_is_no_address_of_a_postgresql(url: str) -> None:
    with pytest.raises(ServiceError, match=r"^ONWARD_POSTGRES_URL is not a PostgreSQL URL$"):
        _ = databases.Address(url).shown


def test_usual_ports_are_understood() -> None:
    assert databases.Address("postgres://localhost/x").shown == "localhost:5432"
    assert connection.Address("redis://localhost").shown == "localhost:6379"


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("redis://h", 0),
        ("redis://h/", 0),
        ("redis://h/7", 7),
        ("redis://h/x", 0),
        ("redis://h?db=2&password=x", 2),
        ("redis://h/7?db=2", 2),
        ("unix:///run/redis.sock?db=3", 3),
    ],
)
def test_the_number_of_a_logical_database(url: str, number: int) -> None:
    assert connection.Address(url).number == number


@pytest.mark.parametrize(
    ("url", "shown", "secrets"),
    [
        ("redis://me:p%40ss@h:1/2", "h:1", ("p%40ss", "p@ss")),
        ("redis://h?db=2&password=p%40ss", "h:6379", ("p%40ss", "p@ss")),
        ("redis://h?password=a+b", "h:6379", ("a+b", "a b")),
        ("unix://me:secret@/run/redis.sock?db=3", "/run/redis.sock", ("secret",)),
        ("unix:///run/redis.sock?password=secret", "/run/redis.sock", ("secret",)),
        ("rediss://[::1]:2", "::1:2", ()),
    ],
)
def test_what_is_shown_of_a_redis_and_what_never_is(url: str, shown: str, secrets: tuple[str, ...]) -> None:
    server = connection.Address(url)
    assert (server.shown, server.secrets) == (shown, secrets)


@pytest.mark.parametrize("url", ["redis://h:port/secret", "redis://h?db=secret", "mysql://:secret@h"])
def test_what_is_no_address_of_a_redis(url: str) -> None:
    with pytest.raises(ServiceError, match=r"^ONWARD_REDIS_URL is not a Redis URL$"):
        _ = connection.Address(url).shown


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("redis://:secret@h:1/3?timeout=1", "redis://:secret@h:1/5?timeout=1"),
        ("redis://h?db=2&password=a%20b", "redis://h/5?password=a%20b"),
        ("unix:///run/redis.sock?password=x&db=2", "unix:///run/redis.sock?password=x&db=5"),
        ("unix://:x@/run/redis.sock", "unix://:x@/run/redis.sock?db=5"),
    ],
)
def test_a_redis_url_takes_the_number(url: str, other: str) -> None:
    assert connection.Address(url).database(5) == other
    assert connection.Address(other).number == 5


def test_a_redis_url_takes_the_scheme_where_it_has_a_host() -> None:
    assert connection.Address("redis://h:1/3").database(5, "valkey") == "valkey://h:1/5"
    assert connection.Address("unix:///run/redis.sock").database(5, "valkey") == "unix:///run/redis.sock?db=5"


def test_what_a_server_is_called() -> None:
    assert connection.called({"redis_version": "7.0.15"}) == "Redis 7.0.15"
    valkey = {"redis_version": "7.2.4", "valkey_version": "9.1.2"}
    assert connection.called(valkey) == "Valkey 9.1.2 (answers as Redis 7.2.4)"


def test_only_names_of_ours_are_dropped() -> None:
    with pytest.raises(ServiceError, match="not a database of onward"):
        databases.check_ours("onward_shop")
    databases.check_ours("onward_0123abcd_12")


def test_an_address_of_another_kind_is_refused_without_its_password() -> None:
    with pytest.raises(ServiceError, match=r"^ONWARD_POSTGRES_URL does not begin with postgresql://$"):
        external.check_scheme("ONWARD_POSTGRES_URL", "mysql://me:secret@h/x", ("postgresql", "postgres"))
    external.check_scheme("ONWARD_POSTGRES_URL", "postgresql+psycopg://h/x", ("postgresql", "postgres"))
