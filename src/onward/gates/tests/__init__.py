"""The gate `tests`: the project's own pytest, under every interpreter of its matrix."""

from __future__ import annotations

from pathlib import Path

from onward.checks import pytest_command
from onward.gates.tests.defects import DEFECTS
from onward.gates.tests.read import named_paths, read
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Matrix, Where
from onward.model.pipeline import Kind, Option


def commands(context: CheckContext) -> tuple[Command, ...]:
    """Run what no other gate claims; paths that do not exist are left to the reader to report."""
    named = named_paths(context)
    present = tuple(path for path in named if context.project.has(path))
    ignored = (
        f"--ignore={path}"
        for path in (*pytest_command.integration_tests(context).paths, *pytest_command.journeys(context))
    )
    return (pytest_command.command(context, "tests", (*ignored, *pytest_command.outermost(present or named))),)


def applies(context: CheckContext) -> Applies:
    """Apply unless the project has no Python file at all: a project without tests has something to answer for."""
    if context.files(".py"):
        return Applies(yes=True, why="")
    return Applies(yes=False, why="the project has no Python files")


OPTIONS = (
    Option("paths", Kind.PATHS, (), "Test paths; default: those of the project."),
    Option("args", Kind.STRINGS, (), "More arguments for pytest."),
    Option(
        "parallel",
        Kind.STRING,
        "auto",
        'Workers of pytest-xdist: "auto" for the CPUs granted, "0" for none, or a number.',
    ),
)

GATE = Gate(
    id="tests",
    title="Tests",
    blurb="the project's tests pass on every Python of its matrix",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="pytest",
            commands=commands,
            read=read,
            applies=applies,
            matrix=Matrix.EVERY,
            where=Where.OWN,
            needs=(pytest_command.ENVIRONMENT,),
            keeps=pytest_command.KEEPS,
            cpus=0,
        ),
    ),
    defects=DEFECTS,
    options=OPTIONS,
    timeout_s=1800.0,
)
