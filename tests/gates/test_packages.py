"""One set of tests for all gate packages: a complete package is tested completely."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit import values
from onward import gates
from onward.config.definition import load
from onward.detect.stack import DETECTORS
from onward.errors import ReadError
from onward.model.facts import Fact
from onward.model.gate import Check, CheckContext, Command, Gate, Outputs, ReadContext
from onward.model.need import Need
from onward.model.pipeline import GateSettings
from onward.model.plan import Step

HEADINGS = ["What it catches", "How to fix", "How to waive"]
TREE = "/workspace/shop"


def settings(gate: Gate) -> GateSettings:
    return GateSettings(gate=gate.id, options={option.name: option.default for option in gate.options})


def facts_of(gate: Gate) -> tuple[Fact, ...]:
    """Return what the gate declares, and nothing else: asking for another fact is an error."""
    return tuple(Fact(name=key.name, value=None) for key in gate.facts)


def read_context(gate: Gate, given: dict[str, Any]) -> ReadContext:
    changes = given.get("context", {})
    project = values.project(
        declared=tuple((name, version) for name, version in changes.get("declared", {}).items()),
        files=tuple(changes.get("files", ("app/a.py", "tests/test_a.py"))),
        changed=tuple(changes["changed"]) if "changed" in changes else None,
        facts=facts_of(gate),
    )
    changed = {name: tuple(v) if isinstance(v, list) else v for name, v in changes.get("options", {}).items()}
    options = {**settings(gate).options, **changed}
    context = values.context(
        gate.id,
        project=project,
        settings=replace(settings(gate), options=options),
        python=changes.get("python", "3.11"),
    )
    return ReadContext(check=context, tree=changes.get("tree", TREE))


def samples(gate: Gate) -> Iterator[tuple[Path, dict[str, Any]]]:
    expected = json.loads((gate.folder / "samples" / "expected.json").read_text())
    for name, given in expected.items():
        yield gate.folder / "samples" / name, given


def outputs(folder: Path, given: dict[str, Any]) -> Outputs:
    files = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return Outputs(files=files, exits=tuple(given["exits"]))


def check_of(gate: Gate, name: str) -> Check:
    return next(check for check in gate.checks if check.id == name)


SAMPLES = [
    pytest.param(gate, folder, given, id=f"{gate.id}-{folder.name}")
    for gate in gates.ALL
    for folder, given in samples(gate)
]


@pytest.mark.parametrize("gate", gates.ALL, ids=lambda gate: gate.id)
def test_guide_answers_three_questions(gate: Gate) -> None:
    text = (gate.folder / "guide.md").read_text()
    assert re.findall(r"(?m)^## (.+)$", text) == HEADINGS


@pytest.mark.parametrize("gate", gates.ALL, ids=lambda gate: gate.id)
def test_what_a_guide_says_about_waivers_is_a_definition(gate: Gate, tmp_path: Path) -> None:
    text = (gate.folder / "guide.md").read_text()
    assert "[[waiver]]" not in text
    samples_ = [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[[waivers]]" in block]
    (tmp_path / "onward.toml").write_text(
        'schema = 1\n\n[project]\nname = "shop"\npython = ["3.11"]\n\n' + "\n".join(samples_)
    )
    waivers = load(tmp_path, gates.ALL, environ={}).pipeline.waivers
    assert {waiver.gate for waiver in waivers} <= {gate.id}
    assert len(waivers) == sum(block.count("[[waivers]]") for block in samples_)


@pytest.mark.parametrize("gate", gates.ALL, ids=lambda gate: gate.id)
def test_every_check_has_a_clean_a_dirty_and_a_broken_sample(gate: Gate) -> None:
    for check in gate.checks:
        mine = [given for _, given in samples(gate) if given["check"] == check.id]
        assert any(given.get("unreadable") for given in mine), f"{check.id}: no broken sample"
        readable = [given for given in mine if not given.get("unreadable")]
        assert any(not given["findings"] for given in readable), f"{check.id}: no clean sample"
        # a check that only prepares what others look at can fail, but finds nothing by itself
        dirty = [given for given in readable if given["findings"] or given.get("problems")]
        assert dirty, f"{check.id}: no dirty sample"


@pytest.mark.parametrize(("gate", "folder", "given"), SAMPLES)
def test_samples_read_as_expected(gate: Gate, folder: Path, given: dict[str, Any]) -> None:
    check = check_of(gate, given["check"])
    context = read_context(gate, given)
    if given.get("unreadable"):
        with pytest.raises(ReadError):
            check.read(outputs(folder, given), context)
        return
    reading = check.read(outputs(folder, given), context)
    found = [
        {"rule": finding.rule, "path": finding.place.path, "line": finding.place.line} for finding in reading.findings
    ]
    assert found == given["findings"]
    assert [[looked.what, looked.count] for looked in reading.looked_at] == given["looked_at"]
    assert [problem.code for problem in reading.problems] == given.get("problems", [])


@pytest.mark.parametrize(("gate", "folder", "given"), SAMPLES)
@pytest.mark.parametrize("garbage", [b"", b"\x00\xff garbage \xfe", b"{", b"null", b"[]"], ids=repr)
def test_garbage_is_never_clean(gate: Gate, folder: Path, given: dict[str, Any], garbage: bytes) -> None:
    """Whatever stands in place of all outputs is unreadable, or at the least shows that nothing was looked at."""
    there = outputs(folder, given)
    broken = Outputs(files=dict.fromkeys(there.files, garbage), exits=there.exits)
    try:
        reading = check_of(gate, given["check"]).read(broken, read_context(gate, given))
    except ReadError:
        return
    assert reading.problems or all(
        looked.count < (1 if looked.expected is None else looked.expected) for looked in reading.looked_at
    )


@pytest.mark.parametrize(("gate", "folder", "given"), SAMPLES)
def test_no_output_at_all_is_unreadable(gate: Gate, folder: Path, given: dict[str, Any]) -> None:
    nothing = Outputs(files={}, exits=tuple(given["exits"]))
    with pytest.raises(ReadError):
        check_of(gate, given["check"]).read(nothing, read_context(gate, given))


@pytest.mark.parametrize("gate", gates.ALL, ids=lambda gate: gate.id)
def test_defects_name_a_check_of_their_gate(gate: Gate) -> None:
    assert len(gate.defects) >= 2
    assert len({defect.id for defect in gate.defects}) == len(gate.defects)
    assert {defect.check for defect in gate.defects} <= {check.id for check in gate.checks}


@pytest.mark.parametrize("gate", gates.ALL, ids=lambda gate: gate.id)
def test_commands_are_values_that_name_their_outputs(gate: Gate) -> None:
    for check in gate.checks:
        for command in check.commands(context_of(gate)):
            assert isinstance(command, Command)
            assert all(isinstance(word, str) for word in command.argv)
            assert command.accepts


def context_of(gate: Gate) -> CheckContext:
    project = values.project(facts=facts_of(gate))
    return values.context(gate.id, project=project, settings=settings(gate), python="3.11")


@pytest.mark.parametrize("gate", gates.ALL, ids=lambda gate: gate.id)
def test_a_gate_asks_for_the_facts_that_it_declares_and_for_no_other(gate: Gate) -> None:
    context = context_of(gate)
    for check in gate.checks:
        check.applies(context)
        check.commands(context)
        assert all(isinstance(need, Need) or need(context) is not None for need in check.needs)


def test_the_facts_that_gates_ask_for_are_a_closed_set() -> None:
    declared = {key for gate in gates.ALL for key in gate.facts}
    assert declared == set(values.KEYS)
    assert {key.name for key in declared} <= {name for name, _ in DETECTORS}


def test_gates_have_unique_ids_and_checks() -> None:
    ids = [gate.id for gate in gates.ALL]
    assert len(set(ids)) == len(ids)
    for gate in gates.ALL:
        checks = [check.id for check in gate.checks]
        assert len(set(checks)) == len(checks)


def test_a_step_knows_whether_it_runs() -> None:
    step: Step = values.step()
    assert step.runs
