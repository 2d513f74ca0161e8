"""A PostgreSQL server of pawl's own, started from a folder of programs."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pawl.errors import ServiceError
from pawl.execute.services import databases, ground, ports
from pawl.execute.services.awaiting import with_tail
from pawl.execute.services.databases import Databases
from pawl.execute.services.postgres import Postgres
from pawl.execute.services.serving import Server
from pawl.execute.services.supply import Site
from pawl.model.pipeline import ServiceSpec

# Data lives for one run, so nothing has to survive a crash; dynamic shared memory in files goes with the folder.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%d ",
    "log_statement": "ddl",
}
_OWN_SETTINGS = SETTINGS | {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "dynamic_shared_memory_type": "mmap",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """PostgreSQL's programs on this machine: the folder that has initdb and postgres, and their version ("15.13")."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        """The major version."""
        return self.version.partition(".")[0]


def start(site: Site, spec: ServiceSpec, programs: Programs, provider: str) -> Postgres:
    """Start a server from `programs` and return it ready; ServiceError when it cannot be had."""
    server = Server(
        site,
        spec,
        provider=provider,
        title=f"PostgreSQL {programs.version}",
        programs=("postgres", "initdb"),
        # Data that nobody wants need no orderly shutdown.
        first="SIGQUIT",
        user=ground.server_user(),
    )
    try:
        return _start(server, spec, programs, provider)
    except BaseException:
        server.clear()
        raise


def words(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the arguments that make the server use `settings`."""
    return tuple(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))


def _start(server: Server, spec: ServiceSpec, programs: Programs, provider: str) -> Postgres:
    server.prepare()
    password = secrets.token_hex(16)
    data = server.folder / "data"
    _initialise(server, programs.folder / "initdb", data, password)
    port = server.start(
        lambda port: _argv(programs.folder / "postgres", data, port),
        lambda port: databases.version(databases.address(port, password)) is not None,
    )
    own = Databases(databases.address(port, password), server.mark)
    own.make_template(spec.extensions, provider)
    return Postgres(
        spec=spec,
        provider=provider,
        databases=own,
        version=databases.version(own.server) or programs.version,
        ended=server.ended,
        stop=server.clear,
        log=server.log,
    )


def _initialise(server: Server, initdb: Path, data: Path, password: str) -> None:
    secret = server.folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="ascii")
    if server.user is not None:
        ground.give(secret, server.user)
    arguments = (f"--pgdata={data}", "--username=pawl", "--auth=scram-sha-256", f"--pwfile={secret}")
    ended = server.run((str(initdb), *arguments, "--encoding=UTF8", "--no-sync", *_locale()))
    secret.unlink()
    if ended.exit != 0:
        how = ended.text or ended.outcome
        raise ServiceError(with_tail(f"initdb ended with {how}", server.log), where=str(server.log))


def _argv(postgres: Path, data: Path, port: int) -> tuple[str, ...]:
    return (str(postgres), "-D", str(data), "-p", str(port), *words(_OWN_SETTINGS))


def _locale() -> tuple[str, ...]:
    return ("--locale=C", "--lc-ctype=UTF-8") if sys.platform == "darwin" else ("--locale=C.UTF-8",)
