"""`onward judge`: a recorded run judged from its record alone, by the policy of its own project."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kit import tiny
from kit.invocations import Onward, Said
from kit.repos import Repo

RED = "echo checked 3 files; exit 4\n"
# Every way to another process or another machine ends the interpreter.
_ALONE = """
import os, sys
def refuse(name, args):
    if name.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "os.system")):
        os.write(2, f"refused: {name} {args}".encode())
        os._exit(99)
sys.addaudithook(refuse)
from onward.cli.main import run
run()
"""
WAIVER = """
[[waivers]]
id = "W1"
gate = "own"
rule = "exit-code"
reason = "known and agreed"
owner = "ada"
expires = 2999-01-01
"""


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    return Onward(tmp_path / "home")


def recorded(onward: Onward, project: Repo, code: int) -> str:
    said = onward.run(tiny.GATE, "--offline", cwd=project.root)
    assert said.code == code, said.err
    return str(said.document["run"])


def alone(onward: Onward, run: str, *words: str, cwd: Path) -> Said:
    """Judge `run` with no program on the PATH, and no process and no connection allowed."""
    environ = onward.environ({"PATH": "/nonexistent", "ONWARD_CACHE_DIR": "/nonexistent"})
    command = (sys.executable, "-c", _ALONE, "judge", run, *words)
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


def verdicts(document: Any) -> dict[str, tuple[str, str, int]]:
    return {
        gate["gate"]: (gate["verdict"], gate["reason"]["text"], len(gate["findings"])) for gate in document["gates"]
    }


@pytest.mark.parametrize(("check", "code"), [(tiny.SAYS, 0), (RED, 1), ("exit 0\n", 3)])
def test_without_tree_programs_and_network_the_verdicts_are_the_same(
    tmp_path: Path, onward: Onward, check: str, code: int
) -> None:
    project = tiny.make(tmp_path / "tiny", check=check)
    first = onward.run(tiny.GATE, "--offline", cwd=project.root)
    shutil.rmtree(project.root)
    again = alone(onward, first.document["run"], "--format", "json", cwd=tmp_path)
    assert (first.code, again.code) == (code, code), again.err
    assert verdicts(again.document) == verdicts(first.document)
    assert again.document["steps"] == first.document["steps"]
    assert (first.document["policy"], again.document["policy"]) == ("announced", "announced")
    told = alone(onward, first.document["run"], cwd=tmp_path)
    assert "announced with the run" in told.out


def test_the_projects_own_policy_of_today_is_asked_and_never_that_of_the_folder_one_stands_in(
    tmp_path: Path, onward: Onward
) -> None:
    project = tiny.make(tmp_path / "red", check=RED)
    other = tiny.make(tmp_path / "other", **{"onward.toml": tiny.ONWARD + WAIVER})
    run = recorded(onward, project, 1)
    (project.root / "onward.toml").write_text(tiny.ONWARD + WAIVER)
    waived = alone(onward, run, "--format", "json", cwd=tmp_path)
    assert (waived.code, waived.document["policy"]) == (0, "project"), waived.err
    (project.root / "onward.toml").write_text(tiny.ONWARD)
    assert alone(onward, run, cwd=other.root).code == 1
    shutil.rmtree(project.root)
    announced = alone(onward, run, "--format", "json", cwd=other.root)
    assert (announced.code, announced.document["policy"]) == (1, "announced"), announced.err


def test_a_gate_that_the_project_has_no_more_is_judged_as_it_was_announced(tmp_path: Path, onward: Onward) -> None:
    project = tiny.make(tmp_path / "red", check=RED)
    run = recorded(onward, project, 1)
    (project.root / "onward.toml").write_text(tiny.ONWARD.partition("[gates.own]")[0])
    again = alone(onward, run, "--format", "json", cwd=tmp_path)
    assert (again.code, again.gate(tiny.GATE)["verdict"]) == (1, "failed"), again.err


def test_a_definition_that_is_wrong_by_now_is_told(tmp_path: Path, onward: Onward) -> None:
    project = tiny.make(tmp_path / "tiny")
    run = recorded(onward, project, 0)
    (project.root / "onward.toml").write_text("schema = 1\nfoo = 2\n")
    said = alone(onward, run, cwd=tmp_path)
    assert said.code == 2
    assert "foo" in said.err


def test_a_record_of_another_version_is_named(tmp_path: Path, onward: Onward) -> None:
    project = tiny.make(tmp_path / "tiny")
    run = recorded(onward, project, 0)
    events = onward.state / "runs" / run / "events.jsonl"
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    events.write_text("".join(json.dumps({**line, "v": 1}) + "\n" for line in lines))
    for command in ("judge", "show"):
        said = onward(command, run, cwd=tmp_path)
        assert said.code == 2
        assert "version 1" in said.err
    assert onward("show", "--list", cwd=tmp_path).code == 0
    assert onward.run(tiny.GATE, "--offline", cwd=project.root).code == 0
