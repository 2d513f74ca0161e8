"""Databases of scanners: kept whole or not at all, and never taken for more than they are."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kit import invocations, trivydb
from onward.errors import AdvisoryError
from onward.execute.advisories import databases, fetch, store
from onward.model.places import Places

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(cache=tmp_path / "cache", state=tmp_path / "state")


def packed(path: Path, **members: bytes) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name.replace("__", "."))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def about(**changes: Any) -> bytes:
    return json.dumps({"Version": 2, "UpdatedAt": "2026-10-01T00:00:00Z", **changes}).encode()


def import_(source: Path, places: Places) -> tuple[str, ...]:
    return fetch.import_from(str(source), places, environ={}, now=NOW)


def test_a_database_is_kept_and_said(tmp_path: Path, places: Places) -> None:
    assert databases.database("trivy", places).source == "live"
    said = import_(trivydb.archive(tmp_path / "db.tar.gz"), places)
    assert said[0].startswith("imported Trivy's database of 20")
    found = databases.database("trivy", places)
    assert (found.source, found.use.provider) == ("imported", "imported")
    assert sorted(path.name for path in (found.folder / "db").iterdir()) == ["metadata.json", "trivy.db"]
    assert databases.availability("trivy", places, {}, offline=True).present


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"trivy__db": trivydb.bolt({})}, "contains no Trivy database"),
        ({"metadata__json": about()}, "contains no Trivy database"),
        ({"trivy__db": b"not a database at all", "metadata__json": about()}, "is not a database"),
        ({"trivy__db": b"", "metadata__json": about()}, "is not a database"),
        ({"trivy__db": trivydb.bolt({}), "metadata__json": b"{"}, "no date"),
        ({"trivy__db": trivydb.bolt({}), "metadata__json": b"[]"}, "no date"),
        ({"trivy__db": trivydb.bolt({}), "metadata__json": about(Version=1)}, "schema 1"),
        ({"trivy__db": trivydb.bolt({}), "metadata__json": about(UpdatedAt=None)}, "schema 2"),
    ],
)
def test_a_bad_database_changes_nothing(
    members: dict[str, bytes], message: str, tmp_path: Path, places: Places
) -> None:
    import_(trivydb.archive(tmp_path / "good.tar.gz"), places)
    before = (databases.trivy_folder(places) / "db" / "trivy.db").read_bytes()
    with pytest.raises(AdvisoryError, match=message):
        import_(packed(tmp_path / "bad.tar.gz", **members), places)
    assert (databases.trivy_folder(places) / "db" / "trivy.db").read_bytes() == before


@pytest.mark.parametrize("name", ["trivy", "osv"])
def test_nothing_imported_and_nobody_to_ask_is_absent(name: str, places: Places) -> None:
    found = databases.availability(name, places, {}, offline=True)
    assert not found.present
    assert "advisories import" in found.hint


def test_archives_are_kept_by_ecosystem(tmp_path: Path, places: Places) -> None:
    debian = invocations.advisory("DSA-1", "openssl", ("1.0.0-1",))
    debian["affected"][0]["package"]["ecosystem"] = "Debian:12"
    said = import_(invocations.archive(tmp_path / "debian.zip", (debian,)), places)
    assert said == ("imported records for osv-scanner: 1 about Debian",)
    assert store.editions(places) == {}
    said = import_(invocations.archive(tmp_path / "pypi.zip"), places)
    assert said[0].startswith("imported 5 records about 3 packages of PyPI")
    assert list(store.ecosystems(places)) == ["Debian", "PyPI"]
    assert databases.database("osv", places).use.ran == "OSV archives: Debian, PyPI"


def test_an_ecosystem_is_never_a_path(tmp_path: Path, places: Places) -> None:
    odd = invocations.advisory("X-1", "thing", ("1",))
    odd["affected"][0]["package"]["ecosystem"] = "../../elsewhere"
    with pytest.raises(AdvisoryError, match="names no package"):
        import_(invocations.archive(tmp_path / "odd.zip", (odd,)), places)
    assert not (tmp_path / "elsewhere").exists()


def test_an_empty_archive_is_refused(tmp_path: Path, places: Places) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(AdvisoryError):
        import_(tmp_path / "empty.zip", places)
