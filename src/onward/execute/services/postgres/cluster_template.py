"""A data folder as initdb leaves it, kept in the cache: copying one takes a tenth of the time of making one."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from onward.errors import ServiceError
from onward.execute.cache.store import Note, Store
from onward.execute.process.wait import with_tail
from onward.execute.services import server_dirs
from onward.execute.services.serving import Server

_KIND = "tools"
_DATA = "data"
_PASSWORD = "password"  # noqa: S105  # the name of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """PostgreSQL's programs on this machine: the folder that has initdb and postgres, and their version ("15.13")."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        """The major version."""
        return self.version.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A data folder of the server's own, and the password of its superuser `onward` (known to earlier runs as well)."""

    data: Path
    password: str


def lay(server: Server, programs: Programs, store: Store) -> Cluster:
    """Lay a fresh data folder into the server's folder; ServiceError or ProvisionError when that fails."""
    data = server.folder / _DATA

    def make(folder: Path) -> Note:
        # initdb runs as the server's user, who may not reach the cache: so it works there, and onward copies.
        password = secrets.token_hex(16)
        _initialise(server, programs.folder / "initdb", data, password)
        shutil.copytree(data, folder / _DATA)
        _write_secret(folder / _PASSWORD, password)
        return {"version": programs.version}

    made = store.obtain(_KIND, _key(programs), make)
    if not data.exists():
        shutil.copytree(made.path / _DATA, data)
        if server.user is not None:
            server_dirs.give_all(data, server.user)
    return Cluster(data=data, password=(made.path / _PASSWORD).read_text(encoding="ascii"))


def _initialise(server: Server, initdb: Path, data: Path, password: str) -> None:
    secret = server.folder / _PASSWORD
    _write_secret(secret, password)
    if server.user is not None:
        server_dirs.give(secret, server.user)
    ended = server.run((str(initdb), f"--pgdata={data}", f"--pwfile={secret}", *_arguments()))
    secret.unlink()
    if ended.exit != 0:
        how = ended.text or ended.outcome
        raise ServiceError(with_tail(f"initdb ended with {how}", server.log), where=str(server.log))


def _arguments() -> tuple[str, ...]:
    locale = ("--locale=C", "--lc-ctype=UTF-8") if sys.platform == "darwin" else ("--locale=C.UTF-8",)
    # Small segments of the write-ahead log: there is that much less to copy.
    return ("--username=onward", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--wal-segsize=1", *locale)


def _key(programs: Programs) -> str:
    # Another build at the same path lays out its files otherwise.
    status = (programs.folder / "postgres").stat()
    parts = (str(programs.folder), status.st_size, status.st_mtime_ns, *_arguments())
    digest = hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()
    return f"postgres-cluster-{programs.version}-{digest[:16]}"


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)
