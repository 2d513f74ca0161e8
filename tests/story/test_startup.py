"""What a command imports: counted in modules, never in seconds, so that a slow machine cannot hide a heavy import."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kit import tiny
from kit.invocations import Onward

ROW = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+([\w.]+)$", re.MULTILINE)
COUNTED = {"PYTHONPROFILEIMPORTTIME": "1"}
HEAVY = {
    "asyncio",
    "cvss",
    "jinja2",
    "license_expression",
    "nodesemver",
    "poetry",
    "psycopg",
    "redis",
    "rich",
    "ruamel",
    "sqlalchemy",
    "tomlkit",
    "truststore",
    "urllib3",
}


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    return Onward(tmp_path / "home")


def imported(onward: Onward, *words: str, cwd: Path, code: int = 0) -> set[str]:
    """Return the names of all modules that the command imported."""
    said = onward(*words, cwd=cwd, env=COUNTED)
    assert said.code == code, said.err
    names = set(ROW.findall(said.err))
    assert "onward.cli.main" in names
    return names


def libraries(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version_costs_two_modules_of_ours(tmp_path: Path, onward: Onward, word: str) -> None:
    names = imported(onward, word, cwd=tmp_path)
    assert not libraries(names) & {*HEAVY, "click", "msgspec", "psutil", "packaging", "subprocess", "tomllib"}
    assert {name for name in names if libraries({name}) == {"onward"}} == {"onward", "onward.cli", "onward.cli.main"}


def test_help_loads_the_command_line_alone(tmp_path: Path, onward: Onward) -> None:
    names = imported(onward, "run", "--help", cwd=tmp_path)
    assert not libraries(names) & {*HEAVY, "msgspec", "psutil", "packaging"}
    assert not {
        name for name in names if name.startswith(("onward.execute", "onward.flow", "onward.gates", "onward.judge"))
    }


def test_a_plan_without_services_loads_nothing_heavy(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    names = imported(onward, "plan", "--offline", cwd=repo.root)
    assert libraries(names) & HEAVY == set()


@pytest.mark.parametrize("words", [("--offline", "no-such-gate"), ("--offline", "--base", "no-such-revision")])
def test_a_run_loads_nothing_heavy_before_it_is_planned(tmp_path: Path, onward: Onward, words: tuple[str, ...]) -> None:
    repo = tiny.make(tmp_path / "tiny")
    names = imported(onward, "run", *words, cwd=repo.root, code=2)
    assert libraries(names) & HEAVY == set()


def test_a_run_without_services_loads_no_driver(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    names = imported(onward, "run", "--offline", tiny.GATE, cwd=repo.root)
    assert libraries(names) & HEAVY == set()


@pytest.mark.parametrize(
    ("words", "most"), [(("--version",), 70), (("run", "--help"), 200), (("plan", "--offline"), 485)]
)
def test_the_number_of_modules_only_falls(tmp_path: Path, onward: Onward, words: tuple[str, ...], most: int) -> None:
    repo = tiny.make(tmp_path / "tiny")
    assert len(imported(onward, *words, cwd=repo.root)) <= most
