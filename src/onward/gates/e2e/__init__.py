"""The gate `e2e`: the project's own journeys through the running application, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from onward.checks import pytest_command
from onward.gates.e2e import node, read_node
from onward.gates.e2e.defects import DEFECTS
from onward.gates.e2e.read import CONTROL, NOTES, read, read_playwright
from onward.model.facts import FRONTEND_PACKAGES
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Keep, Matrix, Purpose, Where
from onward.model.guest import guest_command, guest_module
from onward.model.need import APPLICATION, BROWSER, EnvironmentUse
from onward.model.pipeline import Kind, Option, Profile
from onward.readers.tests import REPORT

PATHS = ("tests/e2e",)
ENVIRONMENT = EnvironmentUse(
    additions=("pytest-playwright", "pytest-rerunfailures", "pytest-xdist", "imageio-ffmpeg"),
)
PLACES = (
    ("ONWARD_BROWSER", '{"executable": "{browser}", "out": "{out}", "browsers": "{scratch}/browsers"}'),
    ("PLAYWRIGHT_BROWSERS_PATH", "{scratch}/browsers"),
)
ON_FAILURE = (
    "--screenshot=only-on-failure",
    "--video=retain-on-failure",
    "--tracing=retain-on-failure",
    "--output={out}/playwright",
)
KEEPS = (
    Keep(kind="browser", path=CONTROL, media_type="application/json"),
    Keep(kind="pages", path=NOTES, media_type="application/x-ndjson", optional=True),
    Keep(kind="screenshot", path="playwright/**/*.png", media_type="image/png", optional=True),
    Keep(kind="video", path="playwright/**/*.webm", media_type="video/webm", optional=True),
    Keep(kind="trace", path="playwright/**/*.zip", media_type="application/zip", optional=True),
)

REPORTS = (
    Keep(kind="journeys", path=REPORT, media_type="application/x-ndjson", optional=True),
    Keep(kind="junit", path="junit.xml", media_type="application/xml", optional=True),
)
REPORTS_OF_NODE = (Keep(kind="journeys", path=read_node.REPORT, media_type="application/json", optional=True),)


def commands(context: CheckContext) -> tuple[Command, ...]:
    """Have the browser show that it works, then take the journeys."""
    control = Command(
        argv=guest_command("e2e/open_browser", python="{python}"),
        env=PLACES,
        writes=(CONTROL,),
        purpose=Purpose.CONTROL,
        timeout_s=120.0,
    )
    asked = pytest_command.command(
        context, "e2e", (*_address(context), *_retries(context), *ON_FAILURE, *_paths(context)), measured=False
    )
    plugins = pytest_command.plugins(context, pytest_command.REPORTER, guest_module("e2e", "watch_journeys"))
    return (control, replace(asked, env=(*asked.env, *PLACES, ("PYTEST_PLUGINS", plugins)), writes=(REPORT, NOTES)))


def _address(context: CheckContext) -> tuple[str, ...]:
    return ("--base-url={application.url}",) if context.pipeline.application else ()


def _retries(context: CheckContext) -> tuple[str, ...]:
    retries = context.settings.number("retries")
    return (f"--reruns={retries:.0f}",) if retries else ()


def _paths(context: CheckContext) -> tuple[str, ...]:
    return pytest_command.outermost(pytest_command.journeys(context) or context.settings.texts("paths"))


def applies(context: CheckContext) -> Applies:
    """Apply where there are journeys and the project has Playwright to take them with."""
    paths = context.settings.texts("paths")
    if not any(context.project.has(path) for path in paths):
        return Applies(yes=False, why=f"not found: {', '.join(paths)}")
    if not pytest_command.journeys(context):
        return Applies(yes=False, why="the project declares neither pytest-playwright nor playwright")
    return Applies(yes=True, why="")


OPTIONS = (
    Option("paths", Kind.PATHS, PATHS, "Folders and files with browser tests."),
    Option(
        "retries",
        Kind.INTEGER,
        0,
        "How often a failed journey is retried; one that then passes is reported as flaky, not as passed.",
        minimum=0,
        maximum=5,
    ),
    Option("args", Kind.STRINGS, (), "More arguments for pytest."),
    Option(
        "parallel",
        Kind.STRING,
        "0",
        'Workers of pytest-xdist, which share one application: "0" for none, "auto" for the CPUs granted, or a number.',
    ),
)

GATE = Gate(
    id="e2e",
    title="Browser journeys",
    blurb="the project's browser tests of the running application pass in Chromium",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="pytest-playwright",
            commands=commands,
            read=read,
            applies=applies,
            profiles=(Profile.FULL, Profile.CI),
            matrix=Matrix.DEPLOYED,
            where=Where.OWN,
            needs=(ENVIRONMENT, APPLICATION, BROWSER),
            keeps=(*REPORTS, *KEEPS),
            cpus=0,
        ),
        Check(
            id="playwright-test",
            commands=lambda context: node.commands(context, PLACES),
            read=read_playwright,
            applies=node.applies,
            profiles=(Profile.FULL, Profile.CI),
            matrix=Matrix.DEPLOYED,
            where=Where.OWN,
            needs=(EnvironmentUse(additions=("imageio-ffmpeg",)), node.packages, APPLICATION, BROWSER),
            keeps=(*REPORTS_OF_NODE, *KEEPS),
            cpus=0,
        ),
    ),
    defects=DEFECTS,
    facts=(FRONTEND_PACKAGES,),
    options=OPTIONS,
    profiles=(Profile.FULL, Profile.CI),
    after=("tests", "lint"),
    timeout_s=1200.0,
)
