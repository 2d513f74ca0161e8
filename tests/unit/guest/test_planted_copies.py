"""The programs that copy code, plant canaries and compare what a formatter made of the copy."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kit import guests, steps
from onward.gates.format.guests.compare_format import __main__ as compare_format

CANARY = "onward_canary = {  'a':1 }\n"
FILES = {
    "setup.py": "x = 1\n",
    "app/a.py": "a = 1\nb = 2\nc = 3\n",
    "app/stubs/b.pyi": "b: int\n",
    "app/data.json": "{}",
    "pyproject.toml": "[tool.black]\n",
    ".flake8": "[flake8]\n",
    "node_modules/x/x.py": "x",
    "naïve dir/ü.py": "u = 1\n",
}


def plant(tmp_path: Path, *more: str) -> dict[str, Any]:
    tree = steps.write(tmp_path / "tree", FILES)
    argv = guests.argv("plant_copy", "--tree", tree, "--copy", tmp_path / "copy")
    manifest = tmp_path / "planted.json"
    subprocess.run([*argv, "--manifest", str(manifest), f"--canary={CANARY}", *more], check=True)
    return dict(json.loads(manifest.read_text()))


def compare(tmp_path: Path) -> dict[str, Any]:
    argv = guests.argv("format/compare_format", "--tree", tmp_path / "tree")
    paths = ["--manifest", str(tmp_path / "planted.json"), "--out", str(tmp_path / "format.json")]
    subprocess.run([*argv, *paths, f"--canary={CANARY}"], check=True)
    return dict(json.loads((tmp_path / "format.json").read_text()))


def test_code_and_configuration_are_copied_and_every_folder_of_code_has_a_canary(tmp_path: Path) -> None:
    manifest = plant(tmp_path)
    copy = tmp_path / "copy"
    assert manifest["files"] == ["app/a.py", "app/stubs/b.pyi", "naïve dir/ü.py", "setup.py"]
    assert sorted(manifest["canaries"].values()) == [".", "app", "app/stubs", "naïve dir"]
    assert all((copy / canary).read_text() == CANARY for canary in manifest["canaries"])
    assert (copy / "pyproject.toml").exists()
    assert (copy / ".flake8").exists()
    assert not (copy / "app/data.json").exists()
    assert not (copy / "node_modules").exists()


def test_a_canary_stands_beside_each_named_file_that_is_there(tmp_path: Path) -> None:
    beside = ("--beside", "setup.py", "onward_canary_of_setup.py", "--beside", "gone.py", "onward_canary_of_gone.py")
    manifest = plant(tmp_path, *beside)
    assert manifest["canaries"]["onward_canary_of_setup.py"] == "setup.py"
    assert (tmp_path / "copy/onward_canary_of_setup.py").read_text() == CANARY
    assert not (tmp_path / "copy/onward_canary_of_gone.py").exists()


def test_code_that_is_not_asked_for_stays_as_empty_files(tmp_path: Path) -> None:
    manifest = plant(tmp_path, "--narrowed", "--", "app/a.py")
    assert manifest["files"] == ["app/a.py"]
    assert list(manifest["canaries"].values()) == ["app"]
    assert (tmp_path / "copy/setup.py").read_text() == ""
    assert (tmp_path / "copy/app/a.py").read_text() == FILES["app/a.py"]


def test_nothing_asked_for_is_nothing_planted(tmp_path: Path) -> None:
    assert plant(tmp_path, "--narrowed", "--")["canaries"] == {}


def test_an_unchanged_copy_has_no_hunks_and_no_touched_canary(tmp_path: Path) -> None:
    plant(tmp_path)
    document = compare(tmp_path)
    assert (document["hunks"], document["touched"]) == ([], [])


def test_every_change_is_a_hunk_at_the_lines_it_replaces(tmp_path: Path) -> None:
    manifest = plant(tmp_path)
    (tmp_path / "copy/app/a.py").write_text("a = 1\nb = 3\nc = 3\n\nd = 4\n")
    canary = next(path for path, folder in manifest["canaries"].items() if folder == "app")
    (tmp_path / "copy" / canary).write_text("onward_canary = {}\n")
    document = compare(tmp_path)
    assert document["touched"] == [canary]
    assert document["hunks"] == [
        {"path": "app/a.py", "line": 2, "end_line": 2, "lines": 1, "becomes": 1},
        {"path": "app/a.py", "line": 3, "end_line": 3, "lines": 0, "becomes": 2},
    ]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ([], [b"a\n"], (1, 1)),
        ([b"a\n"], [], (1, 1)),
        ([b"a\n", b"b\n"], [b"b\n"], (1, 1)),
        ([b"a\n"] * 30000, [b"b\n"], (1, 30000)),
    ],
)
def test_hunks_lie_within_the_file(before: list[bytes], after: list[bytes], lines: tuple[int, int]) -> None:
    (hunk,) = compare_format.differences("a.py", before, after)
    assert (hunk.line, hunk.end_line) == lines
