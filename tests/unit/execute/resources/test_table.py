"""Every kind of need has one entry in the table, and every token that a gate's command names has a giver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from kit import values
from onward import gates
from onward.execute.resources.context import RunEnvironment, made_when_asked
from onward.execute.resources.table import RESOURCES
from onward.execute.step.environment import own_lease
from onward.model.gate import Check, Command, Gate, Matrix
from onward.model.need import (
    BaseTree,
    EnvironmentUse,
    Interpreter,
    Need,
    Network,
    Packages,
    RunningApplication,
    Service,
)
from onward.model.pipeline import ServiceSpec
from onward.model.places import Places
from onward.model.tool import Tool

TOKEN = re.compile(r"\{([a-z]+(?::[A-Za-z0-9._-]+|\.[a-z]+)?)\}")
DATABASE = ServiceSpec(name="postgres", kind="postgres", image="postgres:15", version="15", variables=("URL",))


def kinds(above: type[Need] = Need) -> Iterator[type[Need]]:
    for kind in above.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_the_table_has_each_kind_of_need_once() -> None:
    listed = [resource.need for resource in RESOURCES]
    assert sorted(kind.__name__ for kind in listed) == sorted(kind.__name__ for kind in kinds())


def test_of_each_kind_it_is_known_whether_a_machine_is_asked() -> None:
    unasked = {resource.need for resource in RESOURCES if resource.available is made_when_asked}
    assert unasked == {Network, BaseTree, EnvironmentUse, Packages, RunningApplication}
    assert [kind for kind in kinds() if not kind.excuses] == [Service]


def needed(check: Check, gate: Gate) -> Iterator[type[Need]]:
    context = values.context(gate.id, settings=values.settings(gate.id, options=defaults(gate)))
    for need in check.needs:
        yield from (type(need),) if isinstance(need, Need) else (type(entry) for entry in need(context))
    if check.matrix is not Matrix.NONE:
        yield Interpreter


def defaults(gate: Gate) -> dict[str, object]:
    return {option.name: option.default for option in gate.options}


def tokens(command: Command) -> set[str]:
    texts = (*command.argv, *(text for _, text in command.env), command.cwd)
    return {name for text in texts for name in TOKEN.findall(text)}


@pytest.mark.parametrize("gate", gates.ALL, ids=lambda gate: gate.id)
def test_a_command_names_only_tokens_that_its_check_is_given(gate: Gate, tmp_path: Path) -> None:
    pipeline = values.pipeline(gates.ALL, services=(DATABASE,))
    settings = values.settings(gate.id, options=defaults(gate))
    project = values.project(changed=("app/a.py",))
    project = replace(project, revision=replace(project.revision, base="b" * 40))
    context = values.context(gate.id, project=project, pipeline=pipeline, settings=settings, python="3.11")
    site = RunEnvironment(
        project=project,
        pipeline=pipeline,
        places=Places(cache=tmp_path, state=tmp_path),
        run=tmp_path,
        folder=tmp_path.joinpath,
        environ={},
        listen=lambda _: None,
    )
    own = own_lease(site, values.step(), 2, scratch=tmp_path, tree=tmp_path, guests=tmp_path)
    for check in gate.checks:
        given = {*own.tokens, *(f"tool:{need.name}" for need in check.needs if isinstance(need, Tool))}
        mine = set(needed(check, gate)) - {Tool}
        given |= {token for resource in RESOURCES if resource.need in mine for token in resource.tokens}
        named = {token for command in check.commands(context) for token in tokens(command)}
        assert {token for token in named if not any(fnmatchcase(token, entry) for entry in given)} == set()
