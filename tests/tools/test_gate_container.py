"""The container gate with a real engine and real scanners: what stays behind, and that nothing broken is ever green."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit import containers, images, invocations, require, shop, trivydb
from kit.invocations import Onward, Said, cache
from kit.repos import Repo
from onward.execute.cleanup.owned import OwnedResource, OwnedResources
from onward.execute.docker.images import Images
from onward.execute.services.reaper import reap
from onward.model.places import Places

pytestmark = [pytest.mark.tools, pytest.mark.services, pytest.mark.slow]

ABSENT = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


def docker(*words: str) -> str:
    return subprocess.run(("docker", *words), capture_output=True, text=True, check=True).stdout.strip()


def project(root: Path, *settings: str, **files: str) -> Repo:
    made = containers.files(images.have(images.DEBIAN))
    return shop.make(
        root, **{**made, "onward.toml": made["onward.toml"] + "".join(f"{setting}\n" for setting in settings), **files}
    )


def without_scanners(root: Path, *settings: str, **files: str) -> Repo:
    """Make the project with Trivy alone, which is quick."""
    repo = project(root, *settings, **files)
    repo.write(
        {"onward.toml": (repo.root / "onward.toml").read_text().replace('["trivy", "osv-scanner"]', '["trivy"]')}
    )
    repo.git("add", "--all")
    repo.commit("Scan with Trivy alone")
    return repo


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    """A cache of this test's own: the tools are those that all tests share, the databases are not."""
    mine = tmp_path / "cache"
    (cache() / "tools").mkdir(parents=True, exist_ok=True)
    mine.mkdir()
    for name in ("tools", "locks", "downloads"):
        (cache() / name).mkdir(parents=True, exist_ok=True)
        (mine / name).symlink_to(cache() / name)
    return Onward(tmp_path / "home", cache_dir=mine)


def step(said: Said, check: str) -> Any:
    return next(entry for entry in said.document["steps"] if entry["id"] == f"container/{check}")


def looked(said: Said, check: str) -> tuple[str, str, str]:
    found = step(said, check)
    if found["reason"]["code"] == "need-absent" and "database" not in found["reason"]["text"]:
        require.absent(check, found["reason"]["text"])
    return found["verdict"], found["reason"]["code"], found["reason"]["text"]


def left_behind(said: Said) -> str:
    """Return the ids of what the engine still has of a run."""
    label = f"label=onward.run={said.document['run']}"
    return docker("image", "ls", "--quiet", "--filter", label) + docker("ps", "--all", "--quiet", "--filter", label)


def test_an_engine_that_is_not_there_is_said_and_never_green(tmp_path: Path, onward: Onward) -> None:
    repo = shop.make(tmp_path / "shop", **containers.files("debian:12"))
    said = onward.run("container", "--offline", cwd=repo.root, env=ABSENT)
    assert (said.code, said.gate("container")["verdict"]) == (3, "unverified")
    for check in ("build", "image", "layers", "trivy", "osv-scanner"):
        assert step(said, check)["reason"]["code"] == "need-absent"
        assert "docker" in step(said, check)["reason"]["text"].lower()
    assert step(said, "hadolint")["verdict"] == "passed"


def test_a_base_image_that_cannot_be_had_is_an_absent_need(tmp_path: Path, onward: Onward) -> None:
    images.have(images.DEBIAN)
    containers.import_databases(onward, tmp_path)
    repo = shop.make(tmp_path / "shop", **containers.files("registry.invalid/base:1"))
    planned = json.loads(onward("plan", "--offline", "--format", "json", cwd=repo.root).out)
    excused = {entry["id"]: entry["skipped"] for entry in planned["steps"]}
    assert excused["container/hadolint"] is None
    for check in ("build", "image", "layers", "trivy", "osv-scanner"):
        assert "the engine has no registry.invalid/base:1" in excused[f"container/{check}"]
    said = onward.run("container", "--offline", cwd=repo.root)
    assert (said.code, said.gate("container")["verdict"]) == (3, "unverified")
    assert step(said, "build")["reason"]["code"] == "need-absent"


def test_a_clean_image_passes_and_nothing_of_it_stays(tmp_path: Path, onward: Onward) -> None:
    containers.import_databases(onward, tmp_path)
    repo = project(tmp_path / "shop")
    said = onward.run("container", "--offline", cwd=repo.root)
    looked(said, "trivy"), looked(said, "osv-scanner")
    assert said.code == 0, said.out
    kinds = {artifact["kind"] for entry in said.document["steps"] for artifact in entry["artifacts"]}
    assert {"container-image", "container-report", "sarif", "secrets-report"} <= kinds
    measures = {measure["name"]: measure["value"] for measure in said.gate("container")["measures"]}
    assert measures["container.size"] > 50_000_000
    assert measures["container.layers"] >= 2
    assert left_behind(said) == ""
    assert not list((onward.state / "services").glob("*.json"))


def second(said: Said) -> set[str]:
    """Return the rules of what is found, all of it in the second image."""
    findings = said.gate("container")["findings"]
    assert {finding["path"] for finding in findings} == {"proxy/Dockerfile"}
    assert all(finding["subject"].endswith(" in proxy/Dockerfile") for finding in findings)
    return {finding["rule"] for finding in findings}


def test_a_second_image_is_looked_into_like_the_first_and_nothing_of_both_stays(tmp_path: Path, onward: Onward) -> None:
    containers.import_databases(onward, tmp_path)
    repo = project(tmp_path / "shop", 'images = ["proxy/Dockerfile"]', 'max-size = "1GiB"', **containers.PROXY)
    said = onward.run("container", "--offline", cwd=repo.root)
    looked(said, "trivy"), looked(said, "osv-scanner")
    assert said.code == 0, said.out
    counts = {
        entry["what"]: (entry["count"], entry["expected"])
        for step in said.document["steps"]
        for entry in step["looked_at"]
    }
    assert (counts["images built"], counts["images inspected"]) == ((2, 2), (2, 2))
    for what in ("layers searched for secrets", "packages scanned by trivy", "packages scanned by osv-scanner"):
        assert counts[what][0] >= 2
        assert counts[f"{what} in proxy/Dockerfile"][0] >= 2
    sizes = {
        measure["scope"]: measure["limit"]
        for measure in said.gate("container")["measures"]
        if measure["name"] == "container.size"
    }
    assert sizes == {"": 1 << 30, "proxy/Dockerfile": 1 << 30}
    assert left_behind(said) == ""

    repo.write({"proxy/Dockerfile": containers.FAULTY_PROXY})
    repo.git("add", "--all")
    repo.commit("Plant faults in the second image alone")
    said = onward.run("container", "--offline", cwd=repo.root)
    assert (said.code, said.gate("container")["verdict"]) == (1, "failed"), said.out
    assert second(said) >= {"runs-as-root", "no-healthcheck", "betterleaks.github-pat", "CVE-2024-56326"}
    failed = {entry["check"] for entry in said.document["steps"] if entry["verdict"] == "failed"}
    assert failed == {"image", "layers", "trivy", "osv-scanner"}
    assert left_behind(said) == ""
    assert not list((onward.state / "services").glob("*.json"))


def test_an_image_that_policy_names_and_nobody_can_build_is_unverified(tmp_path: Path, onward: Onward) -> None:
    repo = without_scanners(tmp_path / "shop", 'images = ["proxy"]', **containers.PROXY)
    said = onward.run("container", "--offline", cwd=repo.root)
    assert step(said, "build")["reason"]["code"] == "wrong-image"
    assert "did you mean proxy/Dockerfile" in step(said, "build")["reason"]["text"]
    assert {step(said, check)["verdict"] for check in ("image", "layers")} == {"not_run"}
    assert said.code == 3
    assert left_behind(said) == ""


def test_an_image_that_is_kept_stays_and_one_that_is_too_large_fails(tmp_path: Path, onward: Onward) -> None:
    containers.import_databases(onward, tmp_path)
    repo = without_scanners(tmp_path / "shop", "keep = true", 'max-size = "1MiB"')
    said = onward.run("container", "--offline", cwd=repo.root)
    kept = docker("image", "ls", "--quiet", "--filter", f"label=onward.run={said.document['run']}")
    try:
        assert kept
        assert (said.code, said.gate("container")["reason"]["code"]) == (1, "beyond-threshold")
    finally:
        docker("rmi", "--force", "--no-prune", kept)


def test_a_dockerfile_that_does_not_build_is_unverified(tmp_path: Path, onward: Onward) -> None:
    broken = containers.DOCKERFILE.replace("COPY app", "RUN false\nCOPY app")
    repo = project(tmp_path / "shop", Dockerfile=broken)
    said = onward.run("container", "--offline", cwd=repo.root)
    assert step(said, "build")["reason"]["code"] == "not-built"
    assert {step(said, check)["verdict"] for check in ("image", "layers")} == {"not_run"}
    assert said.code == 3


def test_scanners_without_a_database_are_unverified(tmp_path: Path, onward: Onward) -> None:
    repo = project(tmp_path / "shop")
    said = onward.run("container", "--offline", cwd=repo.root)
    for check in ("trivy", "osv-scanner"):
        verdict, code, text = looked(said, check)
        assert (verdict, code) == ("unverified", "need-absent")
        assert "no " in text
        assert "database imported" in text
    assert said.code == 3


def test_databases_that_know_nothing_of_the_distribution_are_unverified(tmp_path: Path, onward: Onward) -> None:
    known = {name: tree for name, tree in trivydb.records().items() if name != "debian 12"}
    pypi = invocations.archive(tmp_path / "pypi.zip", containers.PYPI)
    for source in (trivydb.archive(tmp_path / "trivy.tar.gz", known), pypi):
        assert onward("advisories", "import", str(source), cwd=tmp_path).code == 0
    said = onward.run("container", "--offline", cwd=project(tmp_path / "shop").root)
    for check in ("trivy", "osv-scanner"):
        verdict, code, text = looked(said, check)
        assert (verdict, code) == ("unverified", "control-missed")
        assert "ebian" in text


def test_a_database_that_is_damaged_or_old_is_unverified(tmp_path: Path, onward: Onward) -> None:
    containers.import_databases(onward, tmp_path)
    folder = onward.cache / "advisories/trivy/db"
    repo = without_scanners(tmp_path / "shop")
    about = (folder / "metadata.json").read_text()
    (folder / "metadata.json").write_text(about.replace("202", "190", 3))
    said = onward.run("container", "--offline", cwd=repo.root)
    assert looked(said, "trivy")[:2] == ("unverified", "advisories-too-old")
    (folder / "metadata.json").write_text(about)
    (folder / "trivy.db").write_bytes((folder / "trivy.db").read_bytes()[:100])
    said = onward.run("container", "--offline", cwd=repo.root)
    assert looked(said, "trivy")[0] == "unverified"
    assert said.code == 3


def test_an_engine_that_goes_away_halfway_is_unverified(tmp_path: Path, onward: Onward) -> None:
    containers.import_databases(onward, tmp_path)
    repo = without_scanners(tmp_path / "shop")
    wrapper = tmp_path / "bin" / "docker"
    wrapper.parent.mkdir()
    gone = "echo 'Cannot connect to the Docker daemon' >&2; exit 1"
    wrapper.write_text(f'#!/bin/sh\n[ "$1" = save ] && {{ {gone}; }}\nexec {shutil.which("docker")} "$@"\n')
    wrapper.chmod(0o755)
    env = {"PATH": f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}"}
    said = onward.run("container", "--offline", cwd=repo.root, env=env)
    for check in ("layers", "trivy"):
        assert looked(said, check)[:2] == ("unverified", "exit-code")
    assert said.code == 3


def test_images_of_a_dead_run_are_removed_by_the_next(tmp_path: Path) -> None:
    base = images.have(images.DEBIAN)
    places = Places(cache=tmp_path / "cache", state=tmp_path / "state")
    run = places.state / "runs" / "dead"
    run.mkdir(parents=True)
    _, mark = Images(places, run, os.environ).labels()
    for name in ("shop", "shop-proxy"):
        (tmp_path / "Dockerfile").write_text(f"FROM {base}\nENV NAME={name}\n")
        docker("build", "--quiet", "--label", mark, "--tag", f"onward-test/{name}:dead", str(tmp_path))
    assert len(docker("image", "ls", "--quiet", "--filter", f"label={mark}").split()) == 2
    orphan(places, run)
    assert len(reap(places)) == 1
    assert docker("image", "ls", "--quiet", "--filter", f"label={mark}") == ""
    assert docker("image", "inspect", "--format", "{{.Id}}", base)


def orphan(places: Places, run: Path) -> None:
    """Write down that whoever owns what was kept is gone."""
    (path,) = (places.state / "services").glob("*.json")
    raw = json.loads(path.read_text())
    kept = OwnedResource(**{**raw, "programs": tuple(raw["programs"])})
    OwnedResources(places, run).keep(replace(kept, owner=1, owner_started="never", run="/gone"))
