"""Redis from a program: a process of its own for each step, a logical database of it for each worker."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from onward.errors import ServiceError
from onward.execute.process import ports
from onward.execute.services.redis import connection
from onward.execute.services.serving import Server
from onward.execute.services.supply import Leased, ServiceContext
from onward.model.evidence import ServiceUse
from onward.model.pipeline import ServiceSpec

_FEWEST_DATABASES = 16


class RedisProgram:
    """A program that can serve as Redis; every lease starts it anew."""

    def __init__(self, context: ServiceContext, program: Path, provider: str, spec: ServiceSpec) -> None:
        self._context = context
        self._spec = spec
        self._program = program
        self._provider = provider

    @contextmanager
    def lease(self, workers: int) -> Iterator[Leased]:
        """Yield a server for one step; ServiceError when it does not start."""
        server = Server(
            self._context,
            self._spec,
            title=self._program.name,
            programs=(self._program.name, self._program.resolve().name),
            first="SIGTERM",
            user=None,
        )
        try:
            yield self._start(server, workers)
        finally:
            server.clear()

    def close(self) -> None:
        """Do nothing: each lease stops its own server."""

    def _start(self, server: Server, workers: int) -> Leased:
        server.prepare()
        password = secrets.token_hex(16)
        settings = server.folder / "redis.conf"
        settings.touch(mode=0o600)

        def argv(port: int) -> tuple[str, ...]:
            settings.write_text(_settings(port, workers + 1, server.folder, password), encoding="utf-8")
            return (str(self._program), str(settings))

        port = server.start(argv, lambda port: answers(connection.address(port, password)))
        at = connection.address(port, password)
        numbers = range(workers + 1)
        return leased(self._spec, at, numbers, self._provider, error=server.ended, log=server.log)


def leased(
    spec: ServiceSpec,
    at: connection.Address,
    numbers: Sequence[int],
    provider: str,
    *,
    error: Callable[[], str | None],
    log: Path | None = None,
) -> Leased:
    """Return what a step is handed of a running Redis: the first of `numbers` is its own database."""
    with connection.connected(at) as call:
        facts = connection.facts(call)
    urls = tuple(at.database(number, spec.scheme) for number in numbers)
    return Leased(
        name=spec.name,
        spec=spec,
        url=urls[0],
        worker_urls=urls[1:],
        use=ServiceUse(name=spec.name, asked=spec.image, ran=connection.called(facts), provider=provider),
        error=error,
        log=log,
        facts=(("host", at.host), ("port", str(at.port)), ("version", facts.get("redis_version", ""))),
    )


def answers(server: connection.Address) -> bool:
    """Return whether our own Redis answers there; somebody else's does not know its password."""
    try:
        with connection.connected(server) as call:
            return bool(call("PING"))
    except (OSError, ServiceError):  # nobody there, or somebody else
        return False


def _settings(port: int, databases: int, folder: Path, password: str) -> str:
    # The title of the process stays what was started, so that it can be recognised.
    lines = {
        "bind": ports.LOOPBACK,
        "port": str(port),
        "dir": f'"{folder}"',
        "databases": str(max(_FEWEST_DATABASES, databases)),
        "requirepass": password,
        "save": '""',
        "appendonly": "no",
        "daemonize": "no",
        "set-proc-title": "no",
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())
