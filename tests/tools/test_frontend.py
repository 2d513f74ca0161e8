"""The front end gate where something is wrong with the gate itself: it must say that nobody knows, never that all is well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit import locks, shop
from kit.invocations import Onward, Said
from kit.repos import Repo

pytestmark = [pytest.mark.tools, pytest.mark.slow]

_SILENT = 'import ts from "typescript-eslint";\n\nexport default [{ files: ["**/*.ts"], ...ts.configs.base }];\n'
_IGNORING = 'import ts from "typescript-eslint";\n\nexport default [{ ignores: ["src"] }, ...ts.configs.recommended];\n'
_STRICT = """import { defineConfig } from "vitest/config";

export default defineConfig({ test: { coverage: { include: ["src/**"], thresholds: { lines: 100 } } } });
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return shop.make(tmp_path / "shop")


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    return Onward(tmp_path)


def change(repo: Repo, **files: str | None) -> None:
    for name, text in files.items():
        path = repo.root / "storefront" / name
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
    repo.git("add", "--all")
    repo.commit("Break the gate")


def step(said: Said, check: str) -> Any:
    return next(entry for entry in said.document["steps"] if entry["gate"] == "frontend" and entry["check"] == check)


def run(onward: Onward, repo: Repo) -> Said:
    return onward.run("frontend", "--offline", "--profile", "full", cwd=repo.root)


def recorded(onward: Onward) -> str:
    return "".join(path.read_text() for path in onward.state.glob("runs/*/events.jsonl"))


def test_a_linter_without_rules_is_unverified(onward: Onward, repo: Repo) -> None:
    change(repo, **{"eslint.config.js": _SILENT})
    said = run(onward, repo)
    assert said.code == 3
    assert step(said, "eslint")["reason"]["code"] == "control-missed"


def test_a_folder_that_the_linter_ignores_is_not_counted(onward: Onward, repo: Repo) -> None:
    change(repo, **{"eslint.config.js": _IGNORING})
    said = run(onward, repo)
    assert step(said, "eslint")["verdict"] == "passed"
    assert "1 files linted" in step(said, "eslint")["reason"]["text"]
    assert "excluded by the project's own configuration: src" in recorded(onward)


def test_without_a_lock_nobody_knows_what_would_run(onward: Onward, repo: Repo) -> None:
    change(repo, **{"package-lock.json": None})
    said = run(onward, repo)
    assert said.code == 3
    assert "no lock file" in step(said, "tests")["reason"]["text"]
    assert {entry["verdict"] for entry in said.document["steps"]} == {"unverified"}


def test_a_limit_of_the_projects_own_is_not_lost(onward: Onward, repo: Repo) -> None:
    change(repo, **{"vitest.config.ts": _STRICT})
    said = run(onward, repo)
    assert said.code == 1
    assert "run-failed" in said.rules("frontend")


def test_the_script_that_rewrites_is_named_and_nothing_is_rewritten(onward: Onward, repo: Repo) -> None:
    said = run(onward, repo)
    assert said.code == 0, said.out
    assert "rewrites files (--fix); onward runs it in checking mode" in recorded(onward)
    assert repo.git("status", "--porcelain", "--ignored") == ""
    assert {"frontend.lines", "frontend.bundle"} <= {measure["name"] for measure in said.gate("frontend")["measures"]}


@pytest.mark.parametrize(("lock", "manager"), [(locks.pnpm, "pnpm-10"), (locks.yarn, "yarn-1")])
def test_every_package_manager_is_one(onward: Onward, repo: Repo, lock: Callable[[Path], None], manager: str) -> None:
    lock(repo.root / "storefront")
    with (repo.root / "storefront" / ".prettierignore").open("a") as ignored:
        ignored.write("pnpm-lock.yaml\n")
    repo.git("add", "--all")
    repo.commit("Take another package manager")
    said = run(onward, repo)
    assert said.code == 0, said.out
    ran = [entry for entry in said.document["steps"] if entry["gate"] == "frontend" and entry["verdict"] == "passed"]
    assert {entry["check"] for entry in ran} == {"eslint", "prettier", "types", "tests", "build"}
    assert f'"name":"{manager}"' in recorded(onward).replace(" ", "")
    assert repo.git("status", "--porcelain", "--ignored") == ""


def test_several_locks_are_no_secret(onward: Onward, repo: Repo) -> None:
    change(repo, **{"yarn.lock": "# yarn lockfile v1\n"})
    said = run(onward, repo)
    assert said.code == 0, said.out
    assert "onward uses package-lock.json, not yarn.lock (package.json names no packageManager)" in recorded(onward)
