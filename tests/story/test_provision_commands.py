"""`onward doctor` and `onward cache` in process, on a machine that is made up of a few folders."""

from __future__ import annotations

import json
import os
import platform
import shutil
from pathlib import Path
from typing import Any

import pytest

from kit import repos
from onward.cli.group import main
from onward.execute.cache.store import STAMP, write_stamp

OWN = ".".join(platform.python_version_tuple()[:2])
PIPELINE = f"""\
schema = 1
offline = true
[project]
python = ["{OWN}", "3.99"]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("ONWARD_", "XDG_", "UV_", "PYENV_")):
            monkeypatch.delenv(name)
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("ONWARD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ONWARD_STATE_DIR", str(tmp_path / "state"))
    return tmp_path


def document(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main([*words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_doctor_says_what_is_missing_and_what_it_costs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "project" / "onward.toml").write_text(PIPELINE)
    found = document(capsys, "doctor")
    parts = {f"{part['kind']}:{part['name']}": part for part in found["parts"]}
    assert found["schema"] == 1
    assert found["note"].startswith("what depends on the project's files is left out: git failed")
    assert parts[f"python:{OWN}"]["present"] is True
    missing = parts["python:3.99"]
    assert missing["present"] is False
    assert missing["cost"] == "steps under Python 3.99 are not run"
    assert "uv python install 3.99" in missing["hint"]
    assert "Go toolchain" in parts["program:gitleaks"]["hint"]
    assert parts["advisories:PyPI"]["cost"] == "not run: dependencies/pip-audit, dependencies/review"
    assert not (home / "cache" / "tools").exists()


def test_doctor_speaks_of_the_images_that_the_dockerfiles_of_the_project_build_on(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git = shutil.which("git", path=os.defpath)
    assert git is not None
    (home / "bin").mkdir()
    (home / "bin" / "git").symlink_to(git)
    repos.make(home / "web", {"onward.toml": PIPELINE, "Dockerfile": "FROM python:3.11-slim\n"})
    monkeypatch.chdir(home / "web")
    found = document(capsys, "doctor")
    (part,) = [part for part in found["parts"] if part["kind"] == "image"]
    assert (found["note"], part["name"], part["present"]) == ("", "python:3.11-slim", False)
    assert part["cost"] == "not run: container/build, container/image, container/layers, container/trivy"


def test_doctor_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "project" / "onward.toml").write_text(PIPELINE)
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("lacks  python      3.99"))
    assert lines[at + 1] == "       costs: steps under Python 3.99 are not run"


def test_doctor_works_beside_a_broken_definition(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONWARD_OFFLINE", "1")
    (home / "project" / "onward.toml").write_text(PIPELINE + "nonsense = 1\n")
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.startswith("note: ")


def test_the_cache_is_listed_and_pruned(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, used in (("black-1", 1.0), ("ruff-1", None)):
        folder = home / "cache" / "tools" / name
        folder.mkdir(parents=True)
        write_stamp(folder, {})
        if used is not None:
            os.utime(folder / STAMP, (used, used))
    listed = document(capsys, "cache", "list")
    assert [(entry["kind"], entry["name"]) for entry in listed["entries"] if entry["kind"] == "tool"] == [
        ("tool", "black-1"),
        ("tool", "ruff-1"),
    ]
    assert main(["cache", "prune", "--older-than", "10000d"]) == 0
    assert capsys.readouterr().out.startswith("removed tool ")
    assert [path.name for path in (home / "cache" / "tools").iterdir()] == ["ruff-1"]


@pytest.mark.parametrize(
    "words", [("--older-than", "soon"), ("--older-than", "-1d"), ("--max-size", "many"), ("--max-size", "5")]
)
def test_pruning_refuses_what_it_cannot_read(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    assert main(["cache", "prune", *words]) == 2
    assert words[0] in capsys.readouterr().err
