"""A gate is its folder and its name in the registry: without both, onward is whole and does not know it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import onward
from kit import tiny
from kit.invocations import Onward

PACKAGE = Path(onward.__file__).parent


def without(gate: str, folder: Path) -> Path:
    """Copy the package into `folder` and remove the gate; return where it can be imported from."""
    copy = folder / "onward"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(copy / "gates" / gate)
    registry = copy / "gates" / "__init__.py"
    lines = registry.read_text().splitlines(keepends=True)
    registry.write_text("".join(line for line in lines if line.strip() not in {f"{gate},", f"{gate}.GATE,"}))
    return folder


@pytest.mark.parametrize("gate", ["workflows", "performance"])
def test_onward_without_a_gate(tmp_path: Path, gate: str) -> None:
    repo = tiny.make(tmp_path / "tiny")
    call, env = Onward(tmp_path), {"PYTHONPATH": str(without(gate, tmp_path / "package"))}
    planned = call("plan", "--profile", "ci", cwd=repo.root, env=env)
    assert planned.code == 0, planned.err
    assert tiny.GATE in planned.out
    assert gate not in planned.out
    asked = call("explain", gate, cwd=repo.root, env=env)
    assert asked.code == 2, asked.out
    ran = call.run(tiny.GATE, "--offline", cwd=repo.root, env=env)
    assert (ran.code, ran.gate(tiny.GATE)["verdict"]) == (0, "passed"), ran.err
