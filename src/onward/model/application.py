"""The project's own application as a service: what starts it, what it gets, and how it shows that it is up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SERVICE = "application"
BASE_SERVICE = "application-base"
# What commands and variables of the application may hold; other braces stay as they are.
TOKEN = re.compile(r"\{(host|port|[a-z]+\.url|secret:[a-z][a-z0-9-]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a server is asked whether it is up: a GET of `path`, redirects not followed, answered with `status`.

    `host` is the Host header, the server's own address when empty.
    """

    path: str
    status: int = 200
    host: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A program of the project that serves HTTP on a port that it is given.

    `command` and `environment` may hold tokens; its address reaches others in `variable`, where that is given.
    `stop_signal` is what it is first sent to end it.
    """

    name: str
    command: tuple[str, ...]
    health: Health
    variable: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    start_timeout_s: float = 30.0
    stop_signal: str = "SIGTERM"

    @property
    def tokens(self) -> frozenset[str]:
        """The tokens that its command and environment name, without braces."""
        return frozenset(match for text in self._texts() for match in TOKEN.findall(text))

    def _texts(self) -> Iterator[str]:
        yield from self.command
        yield from (value for _, value in self.environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The application, what prepares it (each command must succeed), and the servers that it needs beside it.

    `node_packages` is the folder whose package.json says what `prepare` needs to build a front end, empty for none.
    """

    server: Server
    prepare: tuple[tuple[str, ...], ...] = ()
    prepare_timeout_s: float = 300.0
    node_packages: str = ""
    companions: tuple[Server, ...] = ()

    @property
    def servers(self) -> tuple[Server, ...]:
        """Every server in the order in which they are started: the application comes last."""
        return (*self.companions, self.server)

    @property
    def secrets(self) -> frozenset[str]:
        """The names of the secrets that are to be made up."""
        named = {token for server in self.servers for token in server.tokens}
        named |= {token for command in self.prepare for word in command for token in TOKEN.findall(word)}
        return frozenset(token.removeprefix("secret:") for token in named if token.startswith("secret:"))
