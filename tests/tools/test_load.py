"""A load gate that could not look is never green: sabotage of the locustfile, with real locust and a real application."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit import guests, shop
from kit.invocations import Onward, Said

pytestmark = [pytest.mark.tools, pytest.mark.services, pytest.mark.slow]

RAISES = """from locust import FastHttpUser, constant, task


class Reader(FastHttpUser):
    wait_time = constant(0.1)

    @task
    def orders(self):
        self.client.get("/orders").json()["no such key"]
"""
SILENT = """from locust import User, constant, task


class Idler(User):
    wait_time = constant(0.1)

    @task
    def nothing(self):
        self.environment.runner
"""


def run(tmp_path: Path, **files: str) -> Said:
    repo = shop.make(tmp_path / "shop", **files)
    return Onward(tmp_path).run("performance", "--offline", cwd=repo.root)


@pytest.mark.parametrize(
    ("locustfile", "code", "words"),
    [
        ("", "no-requests", "No User class found"),
        ("import no_such_module\n", "no-requests", "no_such_module"),
        (RAISES, "locustfile-error", "KeyError: 'no such key'"),
        (SILENT, "no-requests", "locust made no request"),
    ],
    ids=["empty", "does not import", "raises", "makes no request"],
)
def test_a_locustfile_that_puts_no_load_on_is_unverified(
    tmp_path: Path, locustfile: str, code: str, words: str
) -> None:
    said = run(tmp_path, **{"tests/load/locustfile.py": locustfile})
    gate = said.gate("performance")
    assert (said.code, gate["verdict"], gate["reason"]["code"]) == (3, "unverified", code), said.err
    assert words in gate["reason"]["text"]


def test_a_run_without_a_base_measures_and_says_what_it_did_not_compare(tmp_path: Path) -> None:
    said = run(tmp_path)
    assert said.gate("performance")["verdict"] == "passed", said.err
    names = {measure["name"] for measure in said.gate("performance")["measures"]}
    assert names == {f"load.{name}" for name in ("p50", "p95", "p99", "errors", "throughput", "memory", "cpu")}
    assert [step["check"] for step in said.document["steps"] if step["gate"] == "performance"] == ["load"]


def test_a_project_whose_modules_are_called_as_ours_are(tmp_path: Path) -> None:
    locustfile = guests.CHECK + shop.FILES["tests/load/locustfile.py"]
    said = run(tmp_path, **{**guests.NAMESAKES, "tests/load/locustfile.py": locustfile})
    assert said.gate("performance")["verdict"] == "passed", said.err
