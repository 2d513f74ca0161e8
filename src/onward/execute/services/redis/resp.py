"""The few words of Redis's protocol that leasing a Redis takes."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import quote, unquote, urlsplit

from onward.errors import ServiceError

_TIMEOUT_S = 5.0
Reply = str | int | None | list["Reply"]


@dataclass(frozen=True, slots=True)
class Address:
    """A Redis server's URL ("redis://user:password@host:port/2"; "rediss" for TLS)."""

    url: str

    @property
    def host(self) -> str:
        """Name or number of the machine."""
        return urlsplit(self.url).hostname or "localhost"

    @property
    def port(self) -> int:
        """The port, 6379 unless given."""
        return urlsplit(self.url).port or 6379

    @property
    def shown(self) -> str:
        """The address without user and password."""
        return f"{self.host}:{self.port}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password in it, as written and as meant; nothing when there is none."""
        written = urlsplit(self.url).password
        return tuple(dict.fromkeys((written, unquote(written)))) if written else ()

    @property
    def number(self) -> int:
        """The logical database that it names, 0 unless given."""
        text = urlsplit(self.url).path.strip("/")
        return int(text) if text.isdigit() else 0

    def database(self, number: int, scheme: str = "") -> str:
        """Return the URL of another logical database of this server."""
        parts = urlsplit(self.url)
        return parts._replace(scheme=scheme or parts.scheme, path=f"/{number}").geturl()


def address(port: int, password: str) -> Address:
    """Return the address of a server of our own on the loopback interface."""
    return Address(f"redis://:{quote(password)}@127.0.0.1:{port}/0")


class Connection:
    """One connection to a Redis. Raises OSError when it cannot be reached, ServiceError when it refuses."""

    def __init__(self, server: Address, number: int | None = None) -> None:
        with ExitStack() as stack:
            self._socket = _dial(server)
            stack.push(self._socket)
            self._stream: BinaryIO = stack.enter_context(self._socket.makefile("rb"))
            self._greet(server, server.number if number is None else number)
            self._open = stack.pop_all()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Hang up."""
        self._open.close()

    def _greet(self, server: Address, number: int) -> None:
        parts = urlsplit(server.url)
        if parts.password:
            self.call("AUTH", *filter(None, (unquote(parts.username or ""), unquote(parts.password))))
        self.call("SELECT", str(number))

    def call(self, *words: str) -> Reply:
        """Send one command and return its reply; ServiceError when the server answers with an error."""
        parts = [f"*{len(words)}\r\n".encode()]
        for word in words:
            raw = word.encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(raw), raw))
        self._socket.sendall(b"".join(parts))
        return self._reply()

    def _reply(self) -> Reply:
        line = self._stream.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server hung up")
        sort, rest = line[:1], line[1:-2].decode(errors="replace")
        match sort:
            case b"+":
                return rest
            case b":":
                return int(rest)
            case b"$":
                return self._bulk(int(rest))
            case b"*":
                return [self._reply() for _ in range(int(rest))]
            case b"-":
                raise ServiceError(f"the Redis server refuses: {rest}")
            case _:
                raise ConnectionError("what answers is not a Redis server")

    def _bulk(self, length: int) -> str | None:
        if length < 0:
            return None
        raw = self._stream.read(length + 2)
        if len(raw) != length + 2:
            raise ConnectionError("the server hung up")
        return raw[:-2].decode(errors="replace")


def _dial(server: Address) -> socket.socket:
    plain = socket.create_connection((server.host, server.port), timeout=_TIMEOUT_S)
    if urlsplit(server.url).scheme != "rediss":
        return plain
    import ssl  # noqa: PLC0415  # loading it takes longer than talking to a Redis of our own

    return ssl.create_default_context().wrap_socket(plain, server_hostname=server.host)


def facts(connection: Connection) -> dict[str, str]:
    """Return what the server says of itself: redis_version, valkey_version, process_id and so on."""
    text = connection.call("INFO", "server")
    lines = str(text).splitlines()
    return dict(line.partition(":")[::2] for line in lines if ":" in line)


def called(facts: dict[str, str]) -> str:
    """Return what the server is ("Redis 7.0.15", "Valkey 9.1.2 (answers as Redis 7.2.4)")."""
    answers = facts.get("redis_version", "of unknown version")
    valkey = facts.get("valkey_version")
    return f"Valkey {valkey} (answers as Redis {answers})" if valkey else f"Redis {answers}"
