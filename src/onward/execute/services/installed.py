"""Server programs that this machine has: on the PATH, or where distributions and Homebrew put them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from onward.errors import ServiceError
from onward.execute.process.processes import quick

_POSTGRES_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/usr/local/pgsql/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_REDIS_PLACES = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/sbin")
_REDIS_NAMES = ("redis-server", "valkey-server")
_VERSION = re.compile(r"(?:PostgreSQL\)|\bv=)\s*([0-9][0-9.]*)")
_ASK_S = 10.0


def postgres_folders(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the folders that hold both `postgres` and `initdb`, the PATH first; ServiceError when there is none."""
    found = dict.fromkeys(folder for folder in _postgres_folders(environ) if (folder / "initdb").exists())
    if not found:
        raise ServiceError("postgres and initdb not found on the PATH or in the usual folders")
    return tuple(found)


def redis_programs(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the programs that can serve as Redis, the PATH first; ServiceError when there is none."""
    paths = (environ.get("PATH", ""), ":".join(_REDIS_PLACES))
    found = (shutil.which(name, path=path) for path in paths for name in _REDIS_NAMES)
    programs = dict.fromkeys(Path(program) for program in found if program)
    if not programs:
        raise ServiceError("redis-server or valkey-server not found on the PATH or in the usual folders")
    return tuple(programs)


def versions(programs: Iterable[Path]) -> tuple[tuple[Path, str], ...]:
    """Return each program with its version, leaving out broken ones; ServiceError when no program works."""
    found: list[tuple[Path, str]] = []
    broken: list[ServiceError] = []
    for program in programs:
        try:
            found.append((program, program_version(program)))
        except ServiceError as error:
            broken.append(error)
    if not found and broken:
        raise broken[0]
    return tuple(found)


def program_version(program: Path) -> str:
    """Return the version that a server program prints ("15.13", "7.0.15"); ServiceError when it prints none."""
    said = _version_output(program)
    match = _VERSION.search(said)
    if match is None:
        raise ServiceError(f"cannot determine the version of {program}: {said}")
    return match[1]


def _postgres_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    on_path = shutil.which("postgres", path=environ.get("PATH", ""))
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in _POSTGRES_PLACES:
        yield from (
            folder.resolve()
            for folder in sorted(Path("/").glob(pattern[1:]), reverse=True)
            if (folder / "postgres").exists()
        )


def redis_major(program: Path) -> str:
    """Return the major version of Redis that the program answers as; every Valkey answers as Redis 7.2."""
    return "7" if _version_output(program).startswith("Valkey") else program_version(program).partition(".")[0]


def _version_output(program: Path) -> str:
    code, output, errors = quick((str(program), "--version"), cwd=Path("/"), timeout_s=_ASK_S, env={"LC_ALL": "C"})
    if code != 0:
        why = (errors or output).decode(errors="replace").strip()
        raise ServiceError(f"cannot determine the version of {program}: {why or f'exit code {code}'}")
    return output.decode(errors="replace").strip()
