from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from onward.errors import ServiceError
from onward.execute.provision.tools.provider import lock_file
from onward.execute.services import embedded
from onward.model.tool import Pypi, Tool


def test_every_pin_is_whole() -> None:
    for (major, _), (version, integrity) in embedded._POSTGRES.items():
        algorithm, _, digest = integrity.partition("-")
        assert version.startswith(f"{major}.")
        assert (algorithm, len(base64.b64decode(digest))) == ("sha512", 64)
    platforms = {"linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"}
    for major in ("15", "16", "17", "18"):
        assert {platform for known, platform in embedded._POSTGRES if known == major} == platforms


@pytest.mark.parametrize("tool", [embedded._WHEEL, embedded._VALKEY], ids=lambda tool: tool.name)
def test_every_wheel_has_its_lock(tool: Tool) -> None:
    assert isinstance(tool.source, Pypi)
    assert f"{tool.source.package}=={tool.source.version} ".encode() in lock_file(tool.source.lock)


def test_an_unknown_major_is_said() -> None:
    with pytest.raises(ServiceError, match="no embedded PostgreSQL 9 for"):
        embedded.postgres("9")


def test_links_are_made_once_and_relative(tmp_path: Path) -> None:
    (tmp_path / "native" / "lib").mkdir(parents=True)
    (tmp_path / "native" / "lib" / "libpq.so.5.15").write_text("library")
    links = [{"source": "native/lib/libpq.so.5.15", "target": "native/lib/libpq.so.5"}]
    (tmp_path / "native" / "pg-symlinks.json").write_text(json.dumps(links))
    for _ in range(2):
        embedded._link(tmp_path)
    assert (tmp_path / "native" / "lib" / "libpq.so.5").readlink() == Path("libpq.so.5.15")


def test_a_package_without_links_is_fine(tmp_path: Path) -> None:
    embedded._link(tmp_path)
    assert list(tmp_path.iterdir()) == []
