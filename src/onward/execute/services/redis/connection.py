"""Addresses of Redis servers, and connections to them through the client library, which is slow to import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from onward.errors import ServiceError
from onward.execute.services import external

_TIMEOUT_S = 5.0
# The URL may say much more that is meant for other clients; what begins with ssl_ counts as well.
_READ = frozenset({"connection_class", "host", "port", "path", "username", "password"})
Call = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Address:
    """A Redis server's URL: "redis://user:password@host:port/2", "rediss" for TLS, "unix:///path?db=2&password=x"."""

    url: str

    @property
    def options(self) -> Mapping[str, Any]:
        """What the client library reads in it. ServiceError, which does not show it, when it is no such URL."""
        from redis.connection import parse_url  # noqa: PLC0415  # only where there is a Redis

        try:
            return dict(parse_url(self.url))  # type: ignore[no-untyped-call]  # the library has types elsewhere
        except ValueError as error:
            raise ServiceError(f"{external.REDIS} is not a Redis URL", where=external.REDIS) from error

    @property
    def host(self) -> str:
        """Name or number of the machine, or the path of the socket."""
        return str(self.options.get("path") or self.options.get("host", "localhost"))

    @property
    def port(self) -> int:
        """The port, 6379 unless given, 0 of a socket."""
        return 0 if "path" in self.options else int(self.options.get("port", 6379))

    @property
    def shown(self) -> str:
        """The address without user and password."""
        return f"{self.host}:{self.port}" if self.port else self.host

    @property
    def secrets(self) -> tuple[str, ...]:
        """The passwords in it, as written and as meant; nothing when there is none."""
        return external.passwords(self.url)

    @property
    def number(self) -> int:
        """The logical database that it names, 0 unless given."""
        return int(self.options.get("db", 0))

    def database(self, number: int, scheme: str = "") -> str:
        """Return the URL of another logical database of this server."""
        start, _, query = self.url.partition("?")
        said = [pair for pair in query.split("&") if pair and not pair.startswith("db=")]
        if start.startswith("unix:"):
            return f"{start}?{'&'.join((*said, f'db={number}'))}"
        parts = urlsplit(start)
        return parts._replace(scheme=scheme or parts.scheme, path=f"/{number}", query="&".join(said)).geturl()


def address(port: int, password: str) -> Address:
    """Return the address of a server of our own on the loopback interface."""
    return Address(f"redis://:{quote(password)}@127.0.0.1:{port}/0")


@contextmanager
def connected(server: Address, number: int | None = None) -> Iterator[Call]:
    """Yield what sends one command and returns its reply. Raises OSError when the server cannot be reached, ServiceError when it refuses."""
    import redis  # noqa: PLC0415  # as above
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    said = {name: value for name, value in server.options.items() if name in _READ or name.startswith("ssl_")}
    pool = redis.ConnectionPool(
        **said,
        db=server.number if number is None else number,
        protocol=2,  # servers before Redis 6 know no other
        decode_responses=True,
        encoding_errors="replace",
        socket_connect_timeout=_TIMEOUT_S,
        socket_timeout=_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        with redis.Redis.from_pool(pool) as client:
            yield client.execute_command
    except (redis.ResponseError, redis.AuthenticationError) as error:
        raise ServiceError(f"the Redis server returned an error: {error}") from error
    except redis.RedisError as error:
        raise OSError(str(error)) from error


def facts(call: Call) -> dict[str, str]:
    """Return what the server says of itself: redis_version, valkey_version, process_id and so on."""
    return {str(name): str(value) for name, value in call("INFO", "server").items()}


def called(facts: dict[str, str]) -> str:
    """Return what the server is ("Redis 7.0.15", "Valkey 9.1.2 (answers as Redis 7.2.4)")."""
    answers = facts.get("redis_version", "of unknown version")
    valkey = facts.get("valkey_version")
    return f"Valkey {valkey} (answers as Redis {answers})" if valkey else f"Redis {answers}"
