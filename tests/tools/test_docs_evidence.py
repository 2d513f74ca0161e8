"""Generated blocks and claims, through a whole run: the generator really runs, the claims meet the run's own evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit import repos
from kit.invocations import Onward
from kit.repos import Repo

pytestmark = [pytest.mark.tools, pytest.mark.slow]

ONWARD = """schema = 1

[project]
name = "small"
python = ["3.11"]
deployed-python = "3.11"
source = ["app"]
tests = ["tests"]
requirements = ["requirements.txt"]
deployed-requirements = ["requirements.txt"]
default-branch = "main"

[gates.docs]
generators = ["prices=python list_prices.py"]
claims = ["README.md"]
"""
README = """# Small

<!-- onward:generated prices -->
tea 3
<!-- onward:end -->

<!-- onward:claims -->
2/3 tests passing (67 %), line coverage at least 50 %
<!-- onward:end -->
"""
TESTS = """import pytest

from app.prices import price


def test_tea():
    assert price("tea") == 3


def test_other():
    assert price("coffee") == 0


@pytest.mark.skip(reason="not yet")
def test_later():
    assert price("milk") == 1
"""
FILES = {
    "onward.toml": ONWARD,
    "README.md": README,
    "requirements.txt": "pytest==8.4.2\n",
    "list_prices.py": "print('tea 3')\n",
    "app/__init__.py": "",
    "app/prices.py": "def price(name):\n    if name == 'tea':\n        return 3\n    return 0\n",
    "tests/test_prices.py": TESTS,
}


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    return Onward(tmp_path)


def small(tmp_path: Path, **changes: str) -> Repo:
    return repos.make(tmp_path / "small", {**FILES, **changes})


def test_what_is_claimed_and_generated_holds(tmp_path: Path, onward: Onward) -> None:
    said = onward.run("docs", "--offline", cwd=small(tmp_path).root)
    assert said.gate("docs")["verdict"] == "passed", said.out
    steps = [step for step in said.document["steps"] if step["gate"] == "docs"]
    looked = {entry["what"]: entry["count"] for step in steps for entry in step["looked_at"]}
    assert looked == {"documents read": 1, "links checked": 0, "generated blocks compared": 1, "claims compared": 2}


def test_what_a_run_contradicts_is_named(tmp_path: Path, onward: Onward) -> None:
    wrong = README.replace("2/3 tests passing (67 %)", "3/3 tests passing").replace("tea 3", "tea 2")
    said = onward.run("docs", "--offline", cwd=small(tmp_path, **{"README.md": wrong}).root)
    assert said.gate("docs")["verdict"] == "failed"
    assert said.rules("docs") == {"claim-contradicted", "stale-block"}


def test_a_generator_that_fails_proves_nothing(tmp_path: Path, onward: Onward) -> None:
    said = onward.run("docs", "--offline", cwd=small(tmp_path, **{"list_prices.py": "raise SystemExit(1)\n"}).root)
    assert said.gate("docs")["verdict"] == "unverified"


def test_without_listed_claims_nothing_is_added_to_the_run(tmp_path: Path, onward: Onward) -> None:
    plain = {"onward.toml": ONWARD.partition("[gates.docs]")[0], "README.md": "# Small\n"}
    said = onward.run("docs", "--offline", cwd=small(tmp_path, **plain).root)
    assert said.code == 0
    assert [step["gate"] for step in said.document["steps"]] == ["docs"]
