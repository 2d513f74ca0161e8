"""The imported archives, and what the mirror and the programs that ask it say of them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kit import invocations
from onward.execute.advisories import fetch, match, source, store
from onward.execute.advisories.mirror import Mirror
from onward.execute.advisories.mirror import query as mirror_query
from onward.guest.ask_packages import __main__ as ask_packages
from onward.model.places import Places

NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(cache=tmp_path / "cache", state=tmp_path / "state")


@pytest.fixture
def mirror(places: Places, tmp_path: Path) -> Iterator[str]:
    for name, records in (("PyPI", invocations.RECORDS), ("npm", invocations.NPM_RECORDS)):
        fetch.import_from(str(invocations.archive(tmp_path / f"{name}.zip", records)), places, environ={}, now=NOW)
    known = store.editions(places)
    serving = Mirror({name: store.Library(places, name) for name in known}, known)
    yield serving.url
    serving.close()


def record(ecosystem: str, *events: dict[str, str], versions: tuple[str, ...] = ()) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM" if ecosystem == "PyPI" else "SEMVER", "events": list(events)}] if events else []
    package = {"name": "Thing.One", "ecosystem": ecosystem}
    return {"id": "X-1", "affected": [{"package": package, "ranges": ranges, "versions": list(versions)}]}


@pytest.mark.parametrize(
    ("version", "hit"),
    [("0.9", False), ("1.0rc1", False), ("1.0", True), ("1.4.post1", True), ("1.5", False), ("2.0", True), ("9", True)],
)
def test_ranges_of_pypi(version: str, *, hit: bool) -> None:
    known = record("PyPI", {"introduced": "2.0"}, {"introduced": "1.0"}, {"fixed": "1.5"})
    assert match.affects(known, "thing-one", version) is hit


@pytest.mark.parametrize(
    ("version", "hit"),
    [
        ("1.0.0-beta.1", True),
        ("1.2.9", True),
        ("1.3.0-rc.1", True),
        ("1.3.0", False),
        ("1.10.0", False),
        ("0.0.1", True),
        ("v1.2.9", True),
        ("= 1.3.0", False),
        ("1.2", True),
        ("1.3", False),
    ],
)
def test_ranges_of_npm_are_semantic_versions(version: str, *, hit: bool) -> None:
    known = record("npm", {"introduced": "0"}, {"fixed": "1.3.0"})
    assert match.affects(known, "Thing.One", version, "npm") is hit


def test_the_last_affected_version_is_affected() -> None:
    known = record("npm", {"introduced": "1.0.0"}, {"last_affected": "1.9.0"})
    assert [match.affects(known, "Thing.One", item, "npm") for item in ("1.9.0", "1.9.1")] == [True, False]


def test_names_are_compared_as_their_ecosystem_does() -> None:
    known = record("npm", {"introduced": "0"})
    assert not match.affects(known, "thing-one", "1.0.0", "npm")
    assert not match.affects(known, "thing-one", "1.0.0", "PyPI")


@pytest.mark.parametrize("ecosystem", ["PyPI", "npm"])
def test_versions_that_nobody_can_compare_are_taken_as_text(ecosystem: str) -> None:
    known = record(ecosystem, versions=("2019-09-12-final",))
    assert match.affects(known, "Thing.One", "2019-09-12-final", ecosystem)
    assert not match.affects(known, "Thing.One", "2019-09-13-final", ecosystem)


def test_withdrawn_records_never_hit() -> None:
    assert not match.affects({**record("PyPI", {"introduced": "0"}), "withdrawn": "2026-01-01"}, "thing-one", "1")


def ask(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, data=json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.mark.parametrize(
    ("package", "ids"),
    [
        ({"name": "Py", "ecosystem": "PyPI"}, ["PYSEC-2022-42969"]),
        ({"purl": "pkg:pypi/py"}, ["PYSEC-2022-42969"]),
        ({"name": "nothing", "ecosystem": "PyPI"}, []),
    ],
)
def test_the_mirror_answers_as_osv_does(package: dict[str, str], ids: list[str], mirror: str) -> None:
    answer = ask(f"{mirror}/v1/query", {"package": package, "version": "1.11.0"})
    assert [vulnerability["id"] for vulnerability in answer.get("vulns", ())] == ids


def test_the_mirror_knows_npm(mirror: str) -> None:
    queries = [{"package": {"name": "lodash", "ecosystem": "npm"}, "version": item} for item in ("4.17.20", "4.17.21")]
    found = ask(f"{mirror}/v1/querybatch", {"queries": queries})["results"]
    assert [[vuln["id"] for vuln in item.get("vulns", ())] for item in found] == [["GHSA-35jh-r3h4-6jhm"], []]
    assert ask(f"{mirror}/v1/query", {"package": {"purl": "pkg:npm/lodash@4.17.20"}})["vulns"]


@pytest.mark.parametrize(
    ("purl", "ids"),
    [
        ("pkg:npm/%40scope/x@1.0.0", ["GHSA-scoped"]),
        ("pkg:npm/@scope/x@1.0.0", ["GHSA-scoped"]),
        ("pkg:npm/%40scope%2Fx@1.0.0", ["GHSA-scoped"]),
        ("pkg:npm/@scope/x@1.0.0-rc%2E1?arch=a@b#lib/c@2", ["GHSA-scoped"]),
        ("pkg:npm/@scope/x@2.0.0", []),
        ("pkg:npm/x@1.0.0", []),
        ("pkg:pypi/torch@2.0%2Bcpu", ["PYSEC-local"]),
        ("pkg:pypi/torch@2.0+cpu", ["PYSEC-local"]),
        ("pkg:pypi/torch@2.0%2Bcuda", []),
    ],
)
def test_what_a_purl_names(purl: str, ids: list[str], places: Places, tmp_path: Path) -> None:
    scoped = {**record("npm", {"introduced": "0"}, {"fixed": "2.0.0"}), "id": "GHSA-scoped", "modified": "2026-01-01"}
    scoped["affected"][0]["package"]["name"] = "@scope/x"
    local = invocations.advisory("PYSEC-local", "torch", ("2.0+cpu",), "CVE-1")
    for item in (scoped, local):
        packed = invocations.archive(tmp_path / f"{item['id']}.zip", (item,))
        fetch.import_from(str(packed), places, environ={}, now=NOW)
    libraries = {name: store.Library(places, name) for name in store.editions(places)}
    answer = mirror_query(libraries, {"package": {"purl": purl}})
    assert [vulnerability["id"] for vulnerability in answer.get("vulns", ())] == ids
    for library in libraries.values():
        library.close()


def test_the_mirror_refuses_what_it_has_no_records_of(mirror: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        ask(f"{mirror}/v1/query", {"package": {"name": "x", "ecosystem": "Go"}, "version": "1"})


def entry(ecosystem: str, name: str, version: str) -> dict[str, str]:
    return {"ecosystem": ecosystem, "name": name, "version": version}


def asked(url: str, folder: Path, locks: dict[str, Any]) -> Any:
    (folder / "locks.json").write_text(json.dumps(locks))
    ask_packages.main(url, str(folder))
    return json.loads((folder / "asked.json").read_text())


def test_what_locks_name_is_asked_about_each_beside_its_control(mirror: str, tmp_path: Path) -> None:
    before = [entry("npm", "vite", "8.0.0")]
    now = [*before, entry("npm", "lodash", "4.17.20"), entry("PyPI", "py", "1.11.0"), entry("PyPI", "idna", "")]
    found = asked(mirror, tmp_path, {"head": {"a": now, "b": None}, "base": {"a": before}})
    assert {control["ecosystem"]: len(control["vulns"]) for control in found["controls"]} == {"PyPI": 3, "npm": 1}
    assert [(answer["name"], len(answer["vulns"])) for answer in found["answers"]] == [("py", 1), ("lodash", 1)]
    assert (found["unheld"], found["undetermined"]) == ([], {})


def test_a_version_that_cannot_be_compared_is_named(mirror: str, tmp_path: Path) -> None:
    wanted = [entry("npm", "lodash", item) for item in ("4.17.21", "4.17.20_1")]
    found = asked(mirror, tmp_path, {"head": {"a": wanted}, "base": None})
    assert found["undetermined"] == {"lodash 4.17.20_1": ["GHSA-35jh-r3h4-6jhm"]}
    assert [answer["vulns"] for answer in found["answers"]] == [[], []]


def test_an_ecosystem_without_an_archive_is_named(places: Places, tmp_path: Path) -> None:
    archive = invocations.archive(tmp_path / "pypi.zip")
    fetch.import_from(str(archive), places, environ={}, now=NOW)
    absent = source.availability("npm", places, {}, offline=False)
    assert (absent.present, absent.detail) == (False, "advisories are imported for PyPI, none for npm")
    with source.AdvisorySource(places) as advisories:
        url, _ = advisories.lease()
        found = asked(url, tmp_path, {"head": {"a": [entry("npm", "vite", "8.0.0")]}, "base": None})
    assert (found["answers"], found["controls"], found["unheld"]) == ([], [], ["npm"])


def test_an_archive_is_about_what_all_of_its_records_speak_of(places: Places, mirror: str, tmp_path: Path) -> None:
    """Archives of one ecosystem hold records that speak of another one, too: those must not take its place."""
    assert mirror
    both = {**invocations.NPM_RECORDS[0], "id": "GHSA-both"}
    both["affected"] = [*both["affected"], {"package": {"name": "py", "ecosystem": "PyPI"}, "versions": ["1"]}]
    archive = invocations.archive(tmp_path / "again.zip", (*invocations.NPM_RECORDS, both))
    said = fetch.import_from(str(archive), places, environ={}, now=NOW)
    assert [line.partition(",")[0] for line in said] == ["imported 2 records about 1 packages of npm"]
    assert {name: item.records for name, item in store.editions(places).items()} == {"PyPI": 5, "npm": 2}


def test_importing_one_ecosystem_keeps_the_other(places: Places, mirror: str) -> None:
    assert mirror
    assert {name: item.records for name, item in store.editions(places).items()} == {"PyPI": 5, "npm": 1}
