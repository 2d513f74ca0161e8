from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from onward.execute.cache.store import write_stamp
from onward.execute.machine import probe
from onward.execute.resources.programs import on_path
from onward.model.need import (
    APPLICATION,
    BROWSER,
    DOCKER,
    NETWORK,
    NPM_AUDIT,
    Account,
    Advisories,
    Availability,
    EnvironmentUse,
    Interpreter,
    Need,
    Packages,
)
from onward.model.places import Places
from onward.model.toolbox import GITLEAKS, RUFF

OWN = ".".join(platform.python_version_tuple()[:2])


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(cache=tmp_path / "cache", state=tmp_path / "state")


def program(folder: Path, name: str, text: str = "exit 0") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def look(need: Need, places: Places, path: Path | str = "") -> Availability:
    environ = {"PATH": str(path), "HOME": str(places.state)}
    return probe.probe((need,), environ=environ, places=places, offline=True).has(need)


def test_an_interpreter(places: Places) -> None:
    assert look(Interpreter(OWN), places).detail.startswith(platform.python_version())
    absent = look(Interpreter("3.99"), places)
    assert not absent.present
    assert "uv python install 3.99" in absent.hint


def test_a_program_on_the_path(places: Places, tmp_path: Path) -> None:
    program(tmp_path / "bin", "gitleaks")
    assert look(GITLEAKS, places, tmp_path / "bin").present
    absent = on_path("nosuch", {"PATH": ""})
    assert (absent.present, absent.hint) == (False, "install nosuch")


def test_nothing_is_asked_beforehand_of_what_is_made_when_a_step_asks(places: Places) -> None:
    for need in (RUFF, EnvironmentUse(), Packages("web"), APPLICATION):
        assert look(need, places) == Availability(present=True, detail="")


def test_a_program_that_onward_can_build_is_no_lack(places: Places, tmp_path: Path) -> None:
    need = GITLEAKS
    absent = look(need, places)
    assert not absent.present
    assert "Go toolchain" in absent.hint
    program(tmp_path / "bin", "go")
    assert "built from its Go module" in look(need, places, tmp_path / "bin").detail


def test_a_program_that_onward_has_built_needs_no_toolchain(places: Places) -> None:
    made = places.cache / "tools" / f"gitleaks-8.30.1-{platform.system().lower()}-{os.uname().machine}"
    made.mkdir(parents=True)
    write_stamp(made, {})
    assert "provided by onward" in look(GITLEAKS, places).detail


def test_docker_is_there_when_its_daemon_answers(places: Places, tmp_path: Path) -> None:
    need = DOCKER
    assert look(need, places).detail == "docker not found on the PATH"
    program(tmp_path / "bin", "docker", "echo 'Cannot connect to the daemon' >&2; exit 1")
    assert look(need, places, tmp_path / "bin").detail == "Cannot connect to the daemon"
    program(tmp_path / "bin", "docker", "echo 27.1")
    assert look(need, places, tmp_path / "bin") == Availability(present=True, detail="daemon 27.1")


def test_a_browser_on_the_path_or_playwrights(places: Places, tmp_path: Path) -> None:
    need = BROWSER
    assert not look(need, places).present
    program(tmp_path / "bin", "chromium")
    assert look(need, places, tmp_path / "bin").present
    installed = places.state / ".cache/ms-playwright/chromium-1200/chrome-linux/chrome"
    installed.parent.mkdir(parents=True)
    program(installed.parent, "chrome")
    assert look(need, places).detail == str(installed)


def test_the_registry_is_never_a_lack(places: Places) -> None:
    assert look(NETWORK, places).present


def test_offline_without_advisories(places: Places) -> None:
    assert not look(Advisories("PyPI"), places).present


@pytest.mark.parametrize(
    ("script", "present", "detail"),
    [
        ("""echo '{"vulnerabilities": {"lodash": {}}}'""", True, "the registry answers npm audit"),
        ("""echo '{"vulnerabilities": {}}'""", False, "it did not report a known vulnerability"),
        ("""echo '{"message": "405 Method Not Allowed"}'""", False, "405 Method Not Allowed"),
        ("echo 'npm error network' >&2; exit 1", False, "npm error network"),
    ],
)
def test_a_registry_is_asked_about_a_known_vulnerability(
    script: str, detail: str, places: Places, tmp_path: Path, *, present: bool
) -> None:
    program(tmp_path / "bin", "npm", script)
    need, environ = NPM_AUDIT, {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    found = probe.probe((need,), environ=environ, places=places, offline=False).has(need)
    assert (found.present, detail in found.detail) == (present, True)
    assert not probe.probe((need,), environ=environ, places=places, offline=True).has(need).present


def test_without_npm_nobody_can_ask_the_registry(places: Places) -> None:
    need = NPM_AUDIT
    found = probe.probe((need,), environ={"PATH": ""}, places=places, offline=False).has(need)
    assert (found.present, "npm not found on the PATH" in found.detail) == (False, True)


def test_an_account_is_a_variable_that_is_set(places: Places) -> None:
    need = Account("SOME_KEY")

    def ask(environ: dict[str, str], *, offline: bool) -> Availability:
        return probe.probe((need,), environ=environ, places=places, offline=offline).has(need)

    assert ask({"SOME_KEY": "x"}, offline=False).present
    assert not ask({"SOME_KEY": "x"}, offline=True).present
    absent = ask({}, offline=False)
    assert (absent.present, absent.hint) == (False, "set SOME_KEY")


def test_nothing_is_looked_at_unless_asked(places: Places, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    program(tmp_path / "bin", "docker", f"touch {asked}")
    machine = probe.probe((), environ={"PATH": str(tmp_path / "bin")}, places=places, offline=False)
    assert machine.cpus >= 1
    assert not asked.exists()
