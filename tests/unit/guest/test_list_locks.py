"""Locks of every kind, read by the program that a review starts from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kit import repos
from pawl import guest

PROGRAM = Path(guest.__file__).parent / "list_locks.py"

FILES = {
    "requirements.txt": "-r base.txt\n# words\nFlask_Login==1.0 \\\n    --hash=sha256:00\nloose>=2  # why\n./local\n-e .\nx @ https://example.org/x.whl\n",
    "base.txt": "-r requirements.txt\nurllib3[socks]==2.6.3 ; python_version > '3'\n",
    "uv.lock": '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "me"\nversion = "0"\nsource = { editable = "." }\n',
    "Pipfile.lock": '{"default": {"a": {"version": "==1"}}, "develop": {"b": {"version": "==2"}}}',
    "package-lock.json": json.dumps(
        {
            "packages": {
                "": {"name": "me"},
                "web": {"name": "folder"},
                "node_modules/folder": {"link": True},
                "node_modules/@x/y": {"version": "1.0.0", "license": "MIT", "integrity": "sha512-aa"},
                "node_modules/a/node_modules/b": {"version": "2.0.0", "dev": True},
            }
        }
    ),
    "old/package-lock.json": '{"dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}}}}',
    "half/package-lock.json": "{",
}


@pytest.fixture
def listed(tmp_path: Path) -> dict[str, Any]:
    repo = repos.make(tmp_path / "repo", FILES)
    base = repo.git("rev-parse", "HEAD").strip()
    repo.write({"base.txt": "urllib3==2.6.4\n"})
    (repo.root / "uv.lock").unlink()
    return run(tmp_path, "--git", str(repo.root / ".git"), "--base", base, "--tree", str(repo.root))


def run(tmp_path: Path, *words: str) -> dict[str, Any]:
    out = tmp_path / "locks.json"
    subprocess.run([sys.executable, PROGRAM, *words, "--out", out, "--", *FILES, "new.txt"], check=True)
    result: dict[str, Any] = json.loads(out.read_text())
    return result


def pins(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["name"], one["version"]) for one in entries]


def test_every_kind_of_lock_is_read(listed: dict[str, Any]) -> None:
    base = listed["base"]
    assert pins(base["requirements.txt"]) == [("urllib3", "2.6.3"), ("flask-login", "1.0"), ("loose", ""), ("x", "")]
    assert pins(base["uv.lock"]) == [("a", "1")]
    assert pins(base["Pipfile.lock"]) == [("a", "1"), ("b", "2")]
    assert pins(base["package-lock.json"]) == [("@x/y", "1.0.0"), ("b", "2.0.0")]
    assert [one["dev"] for one in base["package-lock.json"]] == [False, True]
    assert pins(base["old/package-lock.json"]) == [("a", "1.0.0"), ("b", "2.0.0")]


def test_what_cannot_be_read_or_is_gone_is_null(listed: dict[str, Any]) -> None:
    assert listed["head"]["half/package-lock.json"] is None
    assert listed["base"]["half/package-lock.json"] is None
    assert listed["head"]["uv.lock"] is None
    assert listed["base"]["new.txt"] == []


def test_both_sides_are_apart(listed: dict[str, Any]) -> None:
    assert ("urllib3", "2.6.4") in pins(listed["head"]["requirements.txt"])


def test_a_base_that_is_not_there_is_null(tmp_path: Path) -> None:
    repo = repos.make(tmp_path / "repo", FILES)
    said = run(tmp_path, "--git", str(repo.root / ".git"), "--base", "0" * 40, "--tree", str(repo.root))
    assert said["base"] is None
