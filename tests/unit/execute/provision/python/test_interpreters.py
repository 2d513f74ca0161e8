from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

import pytest

from onward.execute.provision.python.interpreters import Interpreters
from onward.model.places import Places

OWN = ".".join(platform.python_version_tuple()[:2])


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(cache=tmp_path / "cache", state=tmp_path / "state")


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_running_interpreter_is_found_behind_its_environment(places: Places) -> None:
    found = Interpreters({}, places).find(OWN)
    assert found is not None
    assert found.full_version == platform.python_version()
    assert not found.path.is_relative_to(sys.prefix) or sys.prefix == sys.base_prefix
    assert found.path == found.path.resolve()


def test_an_exact_version_must_match_exactly(places: Places) -> None:
    interpreters = Interpreters({}, places)
    assert interpreters.find(platform.python_version()) is not None
    assert interpreters.find("3.11.99") is None
    assert interpreters.find("3.1") is None


def test_a_program_that_is_not_the_version_it_is_called_is_passed_over(tmp_path: Path, places: Places) -> None:
    liar = script(tmp_path / "bin" / "python3.99", f'exec "{sys.executable}" "$@"')
    assert Interpreters({"PATH": str(liar.parent)}, places).find("3.99") is None


def test_a_program_that_crashes_is_passed_over(tmp_path: Path, places: Places) -> None:
    broken = script(tmp_path / "bin" / "python3.99", "exit 127")
    assert Interpreters({"PATH": str(broken.parent)}, places).find("3.99") is None


def test_a_pyenv_version_is_found_without_its_shim(tmp_path: Path, places: Places) -> None:
    asked = tmp_path / "asked"
    script(tmp_path / "pyenv/shims/python3.99", f"touch {asked}")
    answer = "printf '3.99.1\\n%s\\nCPython\\n' \"$0\""
    program = script(tmp_path / "pyenv/versions/3.99.1/bin/python3.99", answer)
    environ = {"PYENV_ROOT": str(tmp_path / "pyenv"), "PATH": str(tmp_path / "pyenv/shims")}
    found = Interpreters(environ, places).find("3.99")
    assert found is not None
    assert (found.path, found.full_version) == (program, "3.99.1")
    assert not asked.exists()


def test_another_implementation_is_not_taken(tmp_path: Path, places: Places) -> None:
    script(tmp_path / "bin/python3.99", "printf '3.99.1\\n%s\\nPyPy\\n' \"$0\"")
    assert Interpreters({"PATH": str(tmp_path / "bin")}, places).find("3.99") is None


def test_an_unchanged_program_is_asked_once_for_all_processes(tmp_path: Path, places: Places) -> None:
    counter = tmp_path / "counter"
    program = script(tmp_path / "bin/python3.99", f"echo x >> {counter}; printf '3.99.1\\n%s\\nCPython\\n' \"$0\"")
    environ = {"PATH": str(program.parent)}
    for _ in range(3):
        assert Interpreters(environ, places).find("3.99") is not None
    assert counter.read_text() == "x\n"
    script(program, f"echo y >> {counter}; printf '3.99.2\\n%s\\nCPython\\n' \"$0\"")
    found = Interpreters(environ, places).find("3.99")
    assert found is not None
    assert found.full_version == "3.99.2"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"a": 1}', json.dumps({"x": ["1"]})])
def test_a_damaged_memory_is_forgotten(places: Places, damage: str) -> None:
    places.cache.mkdir()
    (places.cache / "interpreters.json").write_text(damage)
    assert Interpreters({}, places).find(OWN) is not None
