"""The databases of one run on one PostgreSQL server: a template with nobody in it, and copies of it for steps."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from onward.errors import ServiceError
from onward.execute.services import external

_OURS = re.compile(r"onward_[0-9a-f]{8}_[0-9]+")
_CONNECT_S = 5
# A statement that takes longer than this hangs on somebody else's lock.
_STATEMENT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Address:
    """A PostgreSQL server's URL as libpq reads it, several hosts and sockets too; drivers' suffixes ("+asyncpg") are understood."""

    url: str

    @property
    def host(self) -> str:
        """The host or the folder of its socket; several are divided by commas."""
        return self._option("host", "localhost")

    @property
    def port(self) -> str:
        """The port, 5432 unless given; one for all hosts, or one for each."""
        return self._option("port", "5432")

    @property
    def shown(self) -> str:
        """The address without user and password."""
        hosts, ports = self.host.split(","), self.port.split(",")
        ports *= 1 if len(ports) == len(hosts) else len(hosts)
        return ",".join(f"{host}:{port or 5432}" for host, port in zip(hosts, ports, strict=False))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The passwords in it, as written and as meant; nothing when there is none."""
        return external.passwords(self.url)

    def database(self, name: str, scheme: str = "postgresql") -> str:
        """Return the URL of another database on this server."""
        start, _, query = self.own().partition("?")
        server = "/".join(start.split("/")[2:3])
        kept = "&".join(pair for pair in query.split("&") if pair and not pair.startswith("dbname="))
        return f"{scheme or 'postgresql'}://{server}/{name}" + (f"?{kept}" if kept else "")

    def own(self) -> str:
        """Return the URL itself in a form that libpq understands."""
        return "postgresql://" + self.url.partition("://")[2]

    def _option(self, name: str, default: str) -> str:
        try:
            return str(conninfo_to_dict(self.own()).get(name) or default)
        except psycopg.Error as error:
            # What libpq says may hold a password that is not written as a URL wants it.
            text = f"{external.POSTGRES} is not a PostgreSQL URL"
            raise ServiceError(text, where=external.POSTGRES, hint="libpq must understand it") from error


def address(port: int, password: str) -> Address:
    """Return the address of a server of our own on the loopback interface."""
    return Address(f"postgresql://onward:{quote(password)}@127.0.0.1:{port}/postgres")


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection in autocommit mode. Raises psycopg.Error."""
    options = f"-c statement_timeout={_STATEMENT_MS}"
    connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_S, options=options)
    try:
        yield connection
    finally:
        connection.close()


def version(server: Address) -> str | None:
    """Return what the server calls itself ("15.18"), or None while it does not answer."""
    try:
        with connected(server.own()) as connection:
            row = connection.execute("SHOW server_version").fetchone()
    except psycopg.Error:
        return None
    # Distributions add their own words: "15.13 (Debian 15.13-0+deb12u1)".
    return str(row[0]).split()[0] if row else None


def set_password(server: Address, password: str) -> None:
    """Change the password of the user that `server` names; only its digest goes over the line and into the log."""
    with _explained("cannot set the server's password"), connected(server.own()) as connection:
        user = connection.info.user.encode()
        digest = connection.pgconn.encrypt_password(password.encode(), user, b"scram-sha-256").decode()
        command = sql.SQL("ALTER ROLE {} PASSWORD {}")
        connection.execute(command.format(sql.Identifier(connection.info.user), sql.Literal(digest)))


def connection_error(server: Address) -> str:
    """Return why the server does not let us in, empty when it does."""
    try:
        with connected(server.own()):
            return ""
    except psycopg.Error as error:
        return " ".join(str(error).split())


class Databases:
    """Creates and drops databases named `onward_<label>_<n>`; touches no other. Thread-safe."""

    def __init__(self, server: Address, label: str) -> None:
        self.server = server
        self._prefix = f"onward_{label}_"
        self._template = f"{self._prefix}0"
        self._numbers = itertools.count(1)
        self._guard = threading.Lock()

    def make_template(self, extensions: tuple[str, ...], provider: str) -> None:
        """Make the template with its extensions; ServiceError when the server lacks one or refuses."""
        with _explained("cannot create the template database"):
            self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"), self._template)
            if extensions:
                self._add(extensions, provider)
            # From now on nobody can be connected to it, autovacuum's visits aside, so that it can always be copied.
            self._execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false"), self._template)

    def create(self) -> str:
        """Return the name of a new copy of the template."""
        with self._guard:
            name = f"{self._prefix}{next(self._numbers)}"
        with _explained("cannot create a database for the step"), connected(self.server.own()) as connection:
            command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(command.format(sql.Identifier(name), sql.Identifier(self._template)))
        return name

    def drop(self, *names: str) -> None:
        """Drop databases of ours, whoever is still connected."""
        with connected(self.server.own()) as connection:
            for name in names:
                _drop(connection, name)

    def drop_all(self) -> None:
        """Drop every database of this label, the template last."""
        with connected(self.server.own()) as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self._prefix])
            for name in sorted((str(row[0]) for row in found.fetchall()), reverse=True):
                _drop(connection, name)

    def _execute(self, command: sql.SQL, name: str) -> None:
        with connected(self.server.own()) as connection:
            connection.execute(command.format(sql.Identifier(name)))

    def _add(self, extensions: tuple[str, ...], provider: str) -> None:
        with connected(self.server.database(self._template)) as connection:
            had = {str(row[0]) for row in connection.execute("SELECT name FROM pg_available_extensions").fetchall()}
            missing = [name for name in extensions if name not in had]
            if missing:
                raise ServiceError(
                    f"PostgreSQL {provider} lacks the extension {', '.join(missing)}",
                    hint="install it on this machine, use Docker with an image that contains it, or set ONWARD_POSTGRES_URL",
                )
            for name in extensions:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE").format(sql.Identifier(name)))


def check_ours(name: str) -> None:
    """Raise ServiceError unless a database of this name was made by onward."""
    if not _OURS.fullmatch(name):
        raise ServiceError(f"{name} is not a database of onward, so it is not dropped")


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    check_ours(name)
    # Without FORCE, which PostgreSQL knows since 13 and which asks for the same rights.
    ours = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    connection.execute(ours, [name])
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise ServiceError(f"{what}: {' '.join(str(error).split())}") from error
