from __future__ import annotations

from pathlib import Path

import pytest

from onward.errors import ServiceError
from onward.execute.services import installed


def program(folder: Path, name: str, words: str, code: int = 0) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{words}'\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("words", "version"),
    [
        ("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)", "15.13"),
        ("postgres (PostgreSQL) 18beta1", "18"),
        ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", "7.0.15"),
        ("Valkey server v=8.1.1 sha=00000000:0", "8.1.1"),
    ],
)
def test_versions_are_understood(tmp_path: Path, words: str, version: str) -> None:
    assert installed.program_version(program(tmp_path, "server", words)) == version


@pytest.mark.parametrize(("words", "code"), [("nothing of the kind", 0), ("Redis server v=7.0.15", 1)])
def test_a_program_that_does_not_say_its_version_is_not_used(tmp_path: Path, words: str, code: int) -> None:
    with pytest.raises(ServiceError, match="cannot determine the version"):
        installed.program_version(program(tmp_path, "server", words, code))


def test_the_path_comes_first(tmp_path: Path) -> None:
    program(tmp_path, "postgres", "")
    program(tmp_path, "initdb", "")
    redis = program(tmp_path, "redis-server", "")
    environ = {"PATH": str(tmp_path)}
    assert installed.postgres_folders(environ)[0] == tmp_path
    assert installed.redis_programs(environ)[0] == redis


def test_valkey_answers_as_redis_7(tmp_path: Path) -> None:
    assert installed.redis_major(program(tmp_path, "valkey-server", "Valkey server v=9.1.2")) == "7"
    assert installed.redis_major(program(tmp_path, "redis-server", "Redis server v=8.0.1")) == "8"
    # Distributions let redis-server be a link to Valkey.
    assert installed.redis_major(program(tmp_path, "redis-server", "Valkey server v=8.1.1")) == "7"


def test_one_broken_program_does_not_hide_the_others(tmp_path: Path) -> None:
    broken = program(tmp_path, "broken", "", 127)
    working = program(tmp_path, "working", "Redis server v=7.0.15")
    assert installed.versions((broken, working)) == ((working, "7.0.15"),)
    with pytest.raises(ServiceError, match="cannot determine the version"):
        installed.versions((broken,))
