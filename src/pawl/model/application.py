"""The project's own application as a service: what starts it, what it gets, and how it shows that it is up."""

from __future__ import annotations

from dataclasses import dataclass

SERVICE = "application"
BASE_SERVICE = "application-base"


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

    `command` and `environment` may hold {host}, {port}, {NAME.url} and {secret:NAME}; its address reaches others in
    `variable`. `stop_signal` is what it is first sent to end it.
    """

    name: str
    command: tuple[str, ...]
    health: Health
    variable: str
    environment: tuple[tuple[str, str], ...] = ()
    start_timeout_s: float = 30.0
    stop_signal: str = "SIGTERM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The application, what prepares it (each command must succeed), and the servers that it needs beside it."""

    server: Server
    prepare: tuple[tuple[str, ...], ...] = ()
    prepare_timeout_s: float = 300.0
    companions: tuple[Server, ...] = ()

    @property
    def servers(self) -> tuple[Server, ...]:
        """Every server in the order in which they are started: the application comes last."""
        return (*self.companions, self.server)
