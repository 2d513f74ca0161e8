"""A PostgreSQL server of onward's own, started from a folder of programs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from onward.execute.cache.store import Store
from onward.execute.process import ports
from onward.execute.services import server_dirs
from onward.execute.services.postgres import cluster_template, databases
from onward.execute.services.postgres.cluster_template import Programs
from onward.execute.services.postgres.databases import Databases
from onward.execute.services.postgres.postgres import Postgres
from onward.execute.services.serving import Server
from onward.execute.services.supply import ServiceContext
from onward.model.pipeline import ServiceSpec

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
    "log_checkpoints": "off",
}
_OWN_SETTINGS = SETTINGS | {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "dynamic_shared_memory_type": "mmap",
}


def start(context: ServiceContext, spec: ServiceSpec, programs: Programs, provider: str) -> Postgres:
    """Start a server from `programs` and return it ready; ServiceError when it cannot be had."""
    server = Server(
        context,
        spec,
        title=f"PostgreSQL {programs.version}",
        programs=("postgres", "initdb"),
        # Data that nobody wants need no orderly shutdown.
        first="SIGQUIT",
        user=server_dirs.server_user(),
    )
    try:
        server.prepare()
        cluster = cluster_template.lay(
            server, programs, Store(context.places.cache, lambda: context.processes.interrupted)
        )
        own = _serve(server, programs, cluster)
        own.make_template(spec.extensions, f"{programs.version} ({provider})")
    except BaseException:
        server.clear()
        raise
    return Postgres(
        spec=spec,
        provider=provider,
        databases=own,
        version=databases.version(own.server) or programs.version,
        ended=server.ended,
        stop=server.clear,
        log=server.log,
    )


def words(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the arguments that make the server use `settings`."""
    return tuple(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))


def _serve(server: Server, programs: Programs, cluster: cluster_template.Cluster) -> Databases:
    port = server.start(
        lambda port: _argv(programs.folder / "postgres", cluster.data, port),
        lambda port: databases.version(databases.address(port, cluster.password)) is not None,
    )
    password = secrets.token_hex(16)
    databases.set_password(databases.address(port, cluster.password), password)
    return Databases(databases.address(port, password), server.label)


def _argv(postgres: Path, data: Path, port: int) -> tuple[str, ...]:
    return (str(postgres), "-D", str(data), "-p", str(port), *words(_OWN_SETTINGS))
