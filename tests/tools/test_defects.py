"""Every defect of every gate, planted in a real project and looked for by the real tool through `onward run`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from kit import containers, images, invocations, journeys, require, shop
from kit.invocations import Onward, Said
from kit.planting import plant
from kit.repos import Repo
from onward import gates
from onward.model.gate import Defect, Gate
from onward.model.pipeline import Profile

pytestmark = [pytest.mark.tools, pytest.mark.services, pytest.mark.slow]

PLANTED = [pytest.param(gate, defect, id=f"{gate.id}-{defect.id}") for gate in gates.ALL for defect in gate.defects]


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    caller = Onward(tmp_path)
    containers.import_databases(caller, tmp_path)
    return caller


def extra_files(gate: Gate, defect: Defect) -> Mapping[str, str]:
    if gate.id == "container":
        # a Dockerfile can be read without an engine
        return containers.files("debian:12" if defect.check == "hadolint" else images.have(images.DEBIAN))
    if "gitleaks" not in defect.check:
        return {}
    return {"gitleaks.toml": "[extend]\nuseDefault = true\n"}


def project_for(gate: Gate, defect: Defect, root: Path) -> Repo:
    if gate.id == "e2e":
        return journeys.make(root) if defect.check == "pytest-playwright" else journeys.make_with_node(root)
    return shop.make(root, **extra_files(gate, defect))


def words_for(gate: Gate, defect: Defect) -> tuple[str, ...]:
    check = next(check for check in gate.checks if check.id == defect.check)
    profile = check.profiles[0] if len(check.profiles) == 1 else Profile.FULL
    # ci asks whoever has to be asked
    return (gate.id, "--profile", profile, *(() if profile is Profile.CI else ("--offline",)))


def looking(gate: Gate, defect: Defect) -> set[str]:
    """The check that must catch it, and what it stands in for or what stands in for it."""
    pairs = [{check.id, check.fallback_for} for check in gate.checks if check.fallback_for]
    return {defect.check}.union(*(pair for pair in pairs if defect.check in pair))


def second_opinions(gate: Gate, defect: Defect) -> Mapping[str, str]:
    """Lead a check that is one to the programs made for tests alone: onward takes it from the PATH only."""
    check = next(check for check in gate.checks if check.id == defect.check)
    made = invocations.cache() / "second-opinions"
    return {"PATH": f"{os.environ['PATH']}:{made}"} if check.optional else {}


def reported(said: Said, gate: Gate) -> set[str]:
    entry = said.gate(gate.id)
    beyond = {
        measure["name"]
        for measure in entry["measures"]
        if measure["limit"] is not None and (measure["value"] < measure["limit"]) == (measure["better"] == "higher")
    }
    return said.rules(gate.id) | beyond


@pytest.mark.parametrize(("gate", "defect"), PLANTED)
def test_planted_defect_turns_its_gate_red(gate: Gate, defect: Defect, tmp_path: Path, onward: Onward) -> None:
    repo = project_for(gate, defect, tmp_path / "shop").branch("change")
    plant(repo, defect)
    said = onward.run(*words_for(gate, defect), cwd=repo.root, env=second_opinions(gate, defect))
    steps = [
        step for step in said.document["steps"] if step["check"] in looking(gate, defect) and step["gate"] == gate.id
    ]
    if steps and steps[0]["reason"]["code"] == "need-absent":
        require.absent(defect.check, steps[0]["reason"]["text"])
    assert said.code == 1, said.err + said.out
    assert said.gate(gate.id)["verdict"] == "failed"
    assert defect.rule in reported(said, gate)
    if defect.check != "pip-audit":
        assert steps[0]["verdict"] in {"failed", "passed"}, steps[0]["reason"]


def test_the_project_without_defects_passes_every_gate(tmp_path: Path, onward: Onward) -> None:
    repo = shop.make(tmp_path / "shop", **containers.files(images.have(images.DEBIAN)))
    said = onward.run("--offline", cwd=repo.root)
    verdicts = {
        gate["gate"]: (gate["verdict"], gate["reason"]["text"])
        for gate in said.document["gates"]
        # the shop has no journeys: another project is made for them
        if gate["gate"] != "e2e"
    }
    assert {verdict for verdict, _ in verdicts.values()} == {"passed"}, verdicts
    assert said.code == 0
    assert repo.git("status", "--porcelain", "--ignored") == ""
