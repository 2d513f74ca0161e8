"""The gate `integration`: the tests that need a real PostgreSQL and a real Redis, and get them."""

from __future__ import annotations

from pathlib import Path

from onward.checks import pytest_command
from onward.gates.integration.defects import DEFECTS
from onward.gates.integration.read import read
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Matrix, Where
from onward.model.need import Service
from onward.model.pipeline import Kind, Option, Profile

PATHS = ("tests/integration",)
MARKERS = ("integration", "sqlite_incompatible")


def commands(context: CheckContext) -> tuple[Command, ...]:
    """Run what is claimed; where a marker claims tests, all test files have to be collected to find them."""
    claims = pytest_command.integration_tests(context)
    marked = pytest_command.test_paths(context) if claims.markers else ()
    paths = tuple(path for path in (*claims.paths, *marked) if context.project.has(path))
    ignored = (f"--ignore={path}" for path in pytest_command.journeys(context))
    return (pytest_command.command(context, "integration", (*ignored, *pytest_command.outermost(paths))),)


def applies(context: CheckContext) -> Applies:
    """Apply where a claimed path exists, or where services are declared that a marked test could want."""
    claims = pytest_command.integration_tests(context)
    has_tests = any(context.project.has(path) for path in pytest_command.test_paths(context))
    if claims.paths or (claims.markers and has_tests):
        return Applies(yes=True, why="")
    return Applies(yes=False, why="no path and no marker selects tests for real services")


OPTIONS = (
    Option("paths", Kind.PATHS, PATHS, "Folders and files with integration tests."),
    Option("markers", Kind.STRINGS, MARKERS, "Markers of tests that need real services, wherever they are."),
    Option("args", Kind.STRINGS, (), "More arguments for pytest."),
    Option(
        "parallel",
        Kind.STRING,
        "auto",
        'Workers of pytest-xdist, each with services of its own: "auto" for the CPUs granted, "0" for none, or a number.',
    ),
)

GATE = Gate(
    id="integration",
    title="Integration tests",
    blurb="tests that need a real PostgreSQL and Redis pass with them",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="pytest",
            commands=commands,
            read=read,
            applies=applies,
            profiles=(Profile.FULL, Profile.CI),
            matrix=Matrix.DEPLOYED,
            where=Where.OWN,
            needs=(pytest_command.ENVIRONMENT, Service("postgres"), Service("redis")),
            keeps=pytest_command.KEEPS,
            cpus=0,
        ),
    ),
    defects=DEFECTS,
    options=OPTIONS,
    profiles=(Profile.FULL, Profile.CI),
    timeout_s=1200.0,
)
