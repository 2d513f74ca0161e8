"""`onward init`, `onward detect` and `onward config` on small real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit import repos
from onward.cli.group import main

SHOP = {
    "requirements.txt": "fastapi==0.115.0\nuvicorn\npsycopg==3.2.3\n",
    "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    "tests/test_main.py": "def test_main() -> None: ...\n",
    "Dockerfile": 'FROM python:3.11-slim\nRUN pip install -r requirements.txt\nCMD ["uvicorn", "main:app"]\n',
    "compose.yml": "services:\n  db:\n    image: postgres:15\n",
    ".gitignore": "ignored/\n",
    "ignored/other.py": "app = FastAPI()\n",
}
EXPECTED = """\
# The pipeline of this project: one definition for every laptop, for CI and for deployments.
# Written by `onward init` from what it detected; change any line.
# `onward config --reference` describes every key, `onward config` shows each value and its source.
schema = 1
requires = ">=0.1"

[project]
name = "shop"
# Dockerfile:1 FROM python:3.11-slim
python = ["3.11"]
# Dockerfile:1 FROM python:3.11-slim
deployed-python = "3.11"
source = ["main.py"]
# tests/test_main.py
tests = ["tests"]
# Dockerfile:2 RUN pip install -r requirements.txt
deployed-requirements = ["requirements.txt"]
default-branch = "main"

# compose.yml:3 image: postgres:15
[services.postgres]
image = "postgres:15"
# unknown: the variable that carries its address; DATABASE_URL is assumed
variable = "DATABASE_URL"
# requirements.txt:3 psycopg==3.2.3
scheme = "postgresql+psycopg"

# How contract, e2e and performance start the application, with its own database and Redis. Set what else it needs
# in [application.environment], then uncomment the section.
# Dockerfile:3 CMD ["uvicorn", "main:app"]
# [application]
# command = ["uvicorn", "main:app", "--host", "{host}", "--port", "{port}"]
# health = "/…"
"""
TOLD = """\
Detected here (`onward detect` shows the evidence):
  package-manager    pip
  framework          fastapi
  application        main:app
  python             3.11
  deployed-python    3.11
  database           postgres
  redis              unknown
  services           postgres:15
  alembic            unknown
  django-migrations  unknown
  test-runner        unknown
  tests              tests
  formatter          unknown
  linter             unknown
  type-checker       unknown

Wrote onward.toml. One line begins with "# unknown": look at it first.
Next: onward run
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ONWARD_OFFLINE", "ONWARD_PROFILE", "ONWARD_JOBS"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "shop"
    repos.make(root, SHOP)
    monkeypatch.chdir(root)
    return root


def test_a_first_definition(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    assert capsys.readouterr().out == TOLD
    assert (shop / "onward.toml").read_text() == EXPECTED
    assert sorted(path.name for path in shop.iterdir()) == sorted(
        [
            ".git",
            ".gitignore",
            "Dockerfile",
            "compose.yml",
            "ignored",
            "main.py",
            "onward.toml",
            "requirements.txt",
            "tests",
        ]
    )


def test_what_init_wrote_loads(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    capsys.readouterr()
    assert main(["config", "project.python"]) == 0
    assert capsys.readouterr().out == 'project.python = ["3.11"]  # onward.toml:10\n'


def test_never_over_an_existing_one(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "onward.toml").write_text("mine\n")
    assert main(["init"]) == 2
    assert "onward.toml already exists here" in capsys.readouterr().err
    assert (shop / "onward.toml").read_text() == "mine\n"
    assert main(["init", "--force"]) == 0
    assert (shop / "onward.toml").read_text() == EXPECTED


def test_a_project_in_a_subfolder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "mono repo ü"
    files = {f"services/shop/{path}": text for path, text in SHOP.items()}
    repos.make(root, {**files, "Dockerfile": "FROM python:3.9\n", "onward.toml": "the outer one\n"})
    monkeypatch.chdir(root / "services" / "shop")
    assert main(["init"]) == 0
    assert (root / "services" / "shop" / "onward.toml").read_text() == EXPECTED
    assert f"{root / 'onward.toml'} exists above this folder" in capsys.readouterr().out


def test_outside_of_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 2
    assert "git" in capsys.readouterr().err
    assert not (tmp_path / "onward.toml").exists()


def test_an_empty_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repos.make(tmp_path / "new")
    monkeypatch.chdir(tmp_path / "new")
    assert main(["init"]) == 0
    assert 'lines begin with "# unknown"' in capsys.readouterr().out
    assert main(["config"]) == 0


def test_a_place_that_cannot_be_written(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "onward.toml").mkdir()
    before = sorted(shop.iterdir())
    assert main(["init", "--force"]) == 2
    assert "cannot write onward.toml" in capsys.readouterr().err
    assert sorted(shop.iterdir()) == before


def test_facts_with_their_evidence(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "tests" / "deeper").mkdir()
    assert main(["detect", "--format", "json"]) == 0
    facts = {fact["name"]: fact for fact in json.loads(capsys.readouterr().out)["facts"]}
    assert facts["application"] == {
        "name": "application",
        "value": "main:app",
        "evidence": ['Dockerfile:3 CMD ["uvicorn", "main:app"]', "main.py:3 app = FastAPI()"],
    }
    assert facts["alembic"] == {"name": "alembic", "value": None, "evidence": []}
    assert main(["detect"]) == 0
    assert (
        "deployed-python        3.11\n                        Dockerfile:1 FROM python:3.11-slim\n"
        in capsys.readouterr().out
    )


def test_the_definition_of_a_deeper_folder(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    monkeypatch.chdir(shop / "tests")
    capsys.readouterr()
    assert main(["config", "project.name"]) == 0
    assert main(["detect"]) == 0
    assert "main:app" in capsys.readouterr().out


def test_each_value_and_where_it_came_from(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    capsys.readouterr()
    monkeypatch.setenv("ONWARD_OFFLINE", "1")
    assert main(["config", "--format", "json"]) == 0
    values = {entry["key"]: entry for entry in json.loads(capsys.readouterr().out)["values"]}
    assert values["offline"] == {"key": "offline", "value": True, "layer": "environment", "where": "ONWARD_OFFLINE"}
    assert values["services.postgres.image"]["where"] == "onward.toml:22"
    assert values["gates.tests.enabled"]["layer"] == "default"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema = 1\n[project]\npython = [3.11]\n", "onward.toml:3:11 project.python[0]: expected a string"),
        ("schema = \n", "onward.toml:1:10"),
    ],
)
def test_mistakes_are_said_on_the_error_stream(
    shop: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (shop / "onward.toml").write_text(text)
    assert main(["config"]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_without_a_definition(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 2
    assert "onward init" in capsys.readouterr().err
