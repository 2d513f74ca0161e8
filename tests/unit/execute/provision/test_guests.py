"""Guest programs as they are handed over: one folder, and nothing of it on the import path of a program that runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import onward
from kit import guests, require
from onward.execute.provision.guests import Guests
from onward.execute.provision.python.interpreters import Interpreters
from onward.model.guest import IMPORT_PATH, PACKAGE, guest_file, guest_module, hosting_command
from onward.model.places import Places

SOURCE = Path(onward.__file__).parent
TELLS = "import json, sys\nprint(json.dumps([sys.path, sorted(name for name in sys.modules if '.' not in name)]))\nsys.exit(7)\n"


def places(folder: Path) -> Places:
    return Places(cache=folder / "cache", state=folder / "state")


def below(folder: Path) -> set[str]:
    inside = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in inside}


def test_each_program_can_be_called_and_finds_what_it_imports() -> None:
    handed = guests.folder()
    programs = {path.parent for place in ("gates/*/guests", "guest") for path in SOURCE.glob(f"{place}/*/__main__.py")}
    assert len(programs) > 30
    for program in programs:
        gate = program.parent.parent.name if program.parent.name == "guests" else ""
        assert (handed / gate / program.name / "__main__.py").is_file()
    package = handed / "path" / PACKAGE
    there = below(package) - {"__init__.py"}
    # what a reader shares with the programs of its gate comes along, nothing else of the gate does
    assert {name for name in there if "/guests/" not in name and not name.startswith("guest/")} == {
        path.relative_to(SOURCE).as_posix() for path in SOURCE.glob("gates/*/shapes.py")
    }
    assert {(package / name).read_bytes() == (SOURCE / name).read_bytes() for name in there} == {True}


def test_only_one_reserved_name_lies_where_modules_are_imported_from() -> None:
    path = Path(IMPORT_PATH.replace("{guest}", str(guests.folder())))
    assert [entry.name for entry in path.iterdir()] == [PACKAGE]
    assert guest_module("", "report_tests") == "_onward_guest.guest.report_tests"
    assert Path(guest_file("e2e", "page_fields.js").replace("{guest}", str(guests.folder()))).is_file()


def test_they_are_laid_out_once(tmp_path: Path) -> None:
    first, second = Guests(places(tmp_path)), Guests(places(tmp_path))
    assert first.folder() == second.folder() == first.folder()
    assert len(list((tmp_path / "cache" / "guests").iterdir())) == 1


def test_they_are_handed_over_from_an_archive_too(tmp_path: Path) -> None:
    packed = tmp_path / "onward.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in below(SOURCE):
            if not name.endswith(".txt"):
                archive.write(SOURCE / name, f"onward/{name}")
    program = (
        f"import sys; sys.path.insert(0, {str(packed)!r})\n"
        "from pathlib import Path\n"
        "from onward.execute.provision.guests import Guests\n"
        "from onward.model.places import Places\n"
        f"print(Guests(Places(cache=Path({str(tmp_path / 'cache')!r}), state=Path('/none'))).folder(), end='')\n"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert below(Path(done.stdout) / "path") == below(guests.folder() / "path")
    assert Path(done.stdout).parent.name == guests.folder().parent.name


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13"])
def test_every_python_of_a_matrix_runs_them(tmp_path: Path, version: str) -> None:
    found = Interpreters(os.environ, places(tmp_path)).find(version)
    if found is None:
        require.absent(f"python{version}", "install it, or pyenv's")
    listing = guests.argv("dependencies/list_licences", tmp_path, "onward-own", python=found.path)
    subprocess.run(listing, cwd="/", check=True)
    assert json.loads((tmp_path / "licences.json").read_text())["control"]["name"] == "onward-control"


def test_an_isolated_program_hears_neither_variables_nor_the_folder_that_it_is_called_in(tmp_path: Path) -> None:
    for folder in (tmp_path / "here", tmp_path / "there"):
        folder.mkdir()
        for name in ("json.py", "importlib.py", "guest.py", f"{PACKAGE}.py"):
            (folder / name).write_text("raise SystemExit('the wrong module')\n")
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "there"), "PYTHONWARNINGS": "error"}
    subprocess.run(
        guests.argv("dependencies/list_installed", tmp_path, "onward-own"), cwd=tmp_path / "here", env=env, check=True
    )
    assert "pytest" in json.loads((tmp_path / "installed.json").read_text())["packages"]


@pytest.mark.parametrize(
    ("program", "asks_for"), [("coverage/merge_coverage", "coverage"), ("migrations/migrate_base", "alembic")]
)
def test_a_program_that_hosts_the_project_has_its_import_path_and_nothing_of_ours(
    tmp_path: Path, program: str, asks_for: str
) -> None:
    (tmp_path / f"{asks_for}.py").write_text(TELLS)
    argv = [word.replace("{guest}", str(guests.folder())) for word in hosting_command(program)]
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{tmp_path / 'src'}"}
    done = subprocess.run([sys.executable, *argv[1:]], cwd="/", env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    path, known = json.loads(done.stdout)
    assert path[:2] == [str(tmp_path), str(tmp_path / "src")]
    assert [place for place in path if place.startswith(str(guests.folder()))] == []
    ours = {
        entry.stem for folder in (SOURCE / "guest", *SOURCE.glob("gates/*/guests")) for entry in folder.rglob("*.py")
    }
    assert (ours | {"guest", "gates", "guests"}) & set(known) == {"__main__"}
    assert PACKAGE in known
