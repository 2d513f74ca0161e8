"""Images for tests, made from distribution packages: no registry of images is asked for any."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit import require
from onward.execute.docker import engine as docker_engine

_RELEASE = "bookworm"
_TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
_POSTGRES = """#!/bin/sh
set -e
[ "$1" = postgres ] || exec "$@"
shift
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA" /var/run/postgresql && chown postgres: "$PGDATA" /var/run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" postgres "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    user=${POSTGRES_USER:-postgres}
    printf %s "$POSTGRES_PASSWORD" > /tmp/password
    initdb --encoding UTF8 --locale C.UTF-8 --username "$user" --pwfile /tmp/password --auth-local trust --auth-host scram-sha-256 >/dev/null
    echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
    if [ "${POSTGRES_DB:-$user}" != postgres ]; then
        pg_ctl --wait --options '-c listen_addresses=' start >/dev/null
        createdb --username "$user" --maintenance-db postgres "${POSTGRES_DB:-$user}"
        pg_ctl --wait stop >/dev/null
    fi
fi
exec postgres -c 'listen_addresses=*' "$@"
"""
_REDIS = """#!/bin/sh
[ "$1" = redis-server ] || exec "$@"
shift
exec redis-server "$@" --protected-mode no
"""


@dataclass(frozen=True)
class Image:
    """One image: the packages in it besides the essential ones, how it starts, and what it is called."""

    name: str
    packages: tuple[str, ...] = ()
    entrypoint: str = ""
    changes: tuple[str, ...] = ()


DEBIAN = Image("onward-test/debian:12")
PYTHON = Image(
    "onward-test/python:3.11",
    ("python3", "python3-venv", "python-is-python3", "ca-certificates", "passwd"),
    changes=(f"ENV PIP_CERT={_TRUST}",),
)
POSTGRES = Image(
    "onward-test/postgres:15",
    ("postgresql-15",),
    _POSTGRES,
    (
        "ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "ENV PGDATA=/var/lib/postgresql/data",
        'CMD ["postgres"]',
    ),
)
REDIS = Image("onward-test/redis:7", ("redis-server",), _REDIS, ('CMD ["redis-server"]',))
ALL = (DEBIAN, PYTHON, POSTGRES, REDIS)


def engine() -> dict[str, str]:
    """Return the variables that lead to a local Docker engine, or end the test."""
    why = docker_engine.unavailable(os.environ)
    if why:
        require.absent("docker", why)
    return {"DOCKER_HOST": os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")}


def have(image: Image) -> str:
    """Return the name of `image`, made first where the engine lacks it; ends the test where it cannot be made."""
    engine()
    with _alone():
        if not docker_engine.has(image.name, os.environ):
            if os.geteuid() != 0:
                require.absent("mmdebstrap", f"{image.name} is not there, and only root can make it")
            _make(image, require.program("mmdebstrap"))
    return image.name


@contextmanager
def _alone() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / "onward-test-images.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(image: Image, mmdebstrap: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        script, archive = Path(folder) / "onward-entrypoint", Path(folder) / "root.tar"
        script.write_text(image.entrypoint or '#!/bin/sh\nexec "$@"\n')
        script.chmod(0o755)
        words = [mmdebstrap, "--quiet", "--variant=essential", f"--customize-hook=copy-in {script} /usr/local/bin"]
        words += [f"--include={','.join(image.packages)}"] if image.packages else []
        if "ca-certificates" in image.packages and _TRUST.exists():
            words.append(f"--customize-hook=copy-in {_TRUST} {_TRUST.parent}")
        # where the distribution's files are laid out over the network, whatever this machine trusts is trusted inside
        subprocess.run([*words, _RELEASE, str(archive)], check=True, stdout=subprocess.DEVNULL)
        changes = (
            ('ENTRYPOINT ["/usr/local/bin/onward-entrypoint"]', *image.changes) if image.entrypoint else image.changes
        )
        options = [word for change in changes for word in ("--change", change)]
        subprocess.run(["docker", "import", *options, str(archive), image.name], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    for one in ALL:
        have(one)
