"""How pytest is asked to run the tests of one gate and to report every one of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from onward.model.gate import CheckContext, Command, Keep
from onward.model.guest import IMPORT_PATH, guest_module
from onward.model.need import EnvironmentUse
from onward.model.pipeline import GateSettings
from onward.readers.tests import REPORT

COVERAGE = "coverage.data"
REPORTER = guest_module("", "report_tests")
ENVIRONMENT = EnvironmentUse(additions=("pytest-cov", "pytest-xdist"))
KEEPS = (
    Keep(kind="tests", path=REPORT, media_type="application/x-ndjson"),
    Keep(kind="junit", path="junit.xml", media_type="application/xml", optional=True),
    Keep(kind="coverage-data", path=COVERAGE, media_type="application/vnd.sqlite3", optional=True),
)
# failures, interrupted collection, wrong paths and nothing collected: the report says which, and it must be complete
EXITS = (0, 1, 2, 4, 5)
PLAYWRIGHT = ("pytest-playwright", "playwright")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationTests:
    """Which tests belong to the integration gate: those under `paths` and those that carry one of `markers`."""

    paths: tuple[str, ...]
    markers: tuple[str, ...]


def integration_tests(context: CheckContext) -> IntegrationTests:
    """Return what the integration gate claims in this pipeline, whichever gate asks.

    Without a claimed path that exists and without services it does not apply, so it claims nothing either: a test
    must not fall between the two gates.
    """
    settings = settings_of(context, "integration")
    paths = tuple(path.rstrip("/") for path in settings.texts("paths") if context.project.has(path))
    markers = settings.texts("markers") if paths or context.pipeline.services else ()
    return IntegrationTests(paths=paths, markers=markers)


def journeys(context: CheckContext) -> tuple[str, ...]:
    """Return the paths whose tests are the e2e gate's, whichever gate asks: none where the project has no Playwright."""
    if not any(context.project.declares(name) for name in PLAYWRIGHT):
        return ()
    paths = settings_of(context, "e2e").texts("paths")
    return tuple(path.rstrip("/") for path in paths if context.project.has(path))


def _claimed(context: CheckContext) -> list[dict[str, Any]]:
    """Return who claims what, as the reporter takes it; the first claim that a test fits decides."""
    integration = integration_tests(context)
    return [
        {"gate": "e2e", "paths": journeys(context), "markers": ()},
        {"gate": "integration", "paths": integration.paths, "markers": integration.markers},
    ]


def settings_of(context: CheckContext, gate: str) -> GateSettings:
    """Return the settings of `gate`: the context's own where it is the gate that asks, empty where there are none."""
    if context.settings.gate == gate:
        return context.settings
    return next((entry for entry in context.pipeline.gates if entry.gate == gate), GateSettings(gate=gate))


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Return `paths` without those that lie under another one; pytest 8 forgets the outer one of such a pair."""
    unique = tuple(dict.fromkeys(path.rstrip("/") for path in paths))
    return tuple(
        path for path in unique if not any(path.startswith(other + "/") or other == "." != path for other in unique)
    )


def test_paths(context: CheckContext) -> tuple[str, ...]:
    """Return the test paths that the definition names: the gate's own, else the project's."""
    return settings_of(context, "tests").texts("paths") or context.pipeline.tests


test_paths.__test__ = False  # type: ignore[attr-defined]  # its name is no invitation to pytest


def command(context: CheckContext, gate: str, arguments: Iterable[str], *, measured: bool = True) -> Command:
    """Return the command that runs the tests of `gate`; what would hide results in the project's own options is undone.

    `measured` asks for coverage of the code that runs in the tests' own process.
    """
    settings = {"out": "{out}/" + REPORT, "gate": gate, "claims": _claimed(context)}
    argv = ("{python}", "-m", "pytest", "--junitxml={out}/junit.xml", "--maxfail=0", "--continue-on-collection-errors")
    env = (
        ("PYTHONPATH", IMPORT_PATH),
        ("PYTEST_PLUGINS", plugins(context, REPORTER)),
        ("ONWARD_TESTS", json.dumps(settings)),
        ("COVERAGE_FILE", "{out}/" + COVERAGE),
    )
    coverage = _coverage(context) if measured else ()
    words = (*argv, *coverage, *_workers(context), *context.settings.texts("args"), *arguments)
    return Command(argv=words, accepts=EXITS, env=env, writes=(REPORT,))


def plugins(context: CheckContext, *names: str) -> str:
    """Return PYTEST_PLUGINS: the project's own, then ours."""
    return ",".join(filter(None, (dict(context.pipeline.environment).get("PYTEST_PLUGINS"), *names)))


def _coverage(context: CheckContext) -> tuple[str, ...]:
    branches = settings_of(context, "coverage").number("branches") is not None
    return ("--cov", "--cov-report=", "--cov-fail-under=0", *(("--cov-branch",) if branches else ()))


def _workers(context: CheckContext) -> tuple[str, str]:
    parallel = context.settings.text("parallel")
    return ("-n", "{jobs}" if parallel == "auto" else parallel)
