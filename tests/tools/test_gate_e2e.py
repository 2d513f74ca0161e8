"""The e2e gate with a real browser: what it sees of an application, and what breaks its sight."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kit import guests, journeys, require
from kit.invocations import Onward, Said

pytestmark = [pytest.mark.tools, pytest.mark.slow]

JOURNEYS = "tests/e2e/test_kiosk.py"
NOTHING: Mapping[str, str] = {}


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    return Onward(tmp_path)


def taken(
    onward: Onward, root: Path, files: Mapping[str, str] = NOTHING, *, env: Mapping[str, str] | None = None
) -> Said:
    repo = journeys.make(root, **files)
    said = onward.run("e2e", "--offline", cwd=repo.root, env=env)
    reason = said.gate("e2e")["reason"]
    if reason["code"] == "need-absent" and env is None:
        require.absent("chromium", reason["text"])
    return said


def step(said: Said) -> Any:
    return next(step for step in said.document["steps"] if step["gate"] == "e2e" and step["attempts"])


def verdict(said: Said) -> tuple[str, str]:
    gate = said.gate("e2e")
    return gate["verdict"], gate["reason"]["code"]


def subjects(said: Said, rule: str) -> list[str]:
    return [finding["subject"] for finding in said.gate("e2e")["findings"] if finding["rule"] == rule]


def outputs(onward: Onward) -> Path:
    (folder,) = onward.state.glob("runs/*/steps/e2e-*")
    return folder


def test_journeys_through_the_application(onward: Onward, tmp_path: Path) -> None:
    said = taken(onward, tmp_path / "kiosk")
    assert verdict(said) == ("passed", "holds")
    assert {looked["what"]: looked["count"] for looked in step(said)["looked_at"]} == {
        "journeys taken": 2, "pages opened": 2, "documents loaded": 2,
    }  # fmt: skip
    control = json.loads((outputs(onward) / "control.json").read_text())
    assert control["worked"]
    assert control["browser"]
    kinds = {artifact["kind"] for artifact in step(said)["artifacts"]}
    assert kinds >= {"browser", "junit", "pages", "application-log"}


def test_the_index_leads_to_every_file(onward: Onward, tmp_path: Path) -> None:
    said = taken(onward, tmp_path / "kiosk")
    (index,) = onward.state.glob("runs/*/index.html")
    assert all(f'href="{artifact["path"]}"' in index.read_text() for artifact in step(said)["artifacts"])
    assert (index.parent / "reports" / "e2e.sarif").is_file()


def test_journeys_side_by_side(onward: Onward, tmp_path: Path) -> None:
    definition = journeys.ONWARD + '\n[gates.e2e]\nparallel = "2"\n'
    page = journeys.PAGE.replace("<label ", "<span ").replace("</label>", "</span>")
    said = taken(onward, tmp_path / "kiosk", {"onward.toml": definition, "index.html": page})
    assert subjects(said, "unlabelled-field") == ["/ input text name"]
    assert [looked["count"] for looked in step(said)["looked_at"]] == [2, 2, 2]


def test_what_no_journey_looks_for(onward: Onward, tmp_path: Path) -> None:
    page = journeys.PAGE.replace('<label for="name">Name</label>', '<img alt="" src="/logo-B3x9_aQ2.png">').replace(
        "<script>", "<script>\nsetTimeout(() => { throw new Error('nothing to greet 42') });\nconsole.error('oh', 7);"
    )
    web = journeys.WEB.replace("(200 if name else 401,", "(200 if name else 503,")
    said = taken(onward, tmp_path / "kiosk", {"index.html": page, "web.py": web})
    assert verdict(said) == ("failed", "new-findings")
    assert sorted(subjects(said, "page-error")) == ["/ nothing to greet N", "/ oh N"]
    assert subjects(said, "missing-part") == ["/logo.png image got 404"]
    assert subjects(said, "unlabelled-field") == ["/ input text name"]
    assert subjects(said, "server-error") == ["/hello GET got 503"]
    assert subjects(said, "test-failed") == []


def test_a_failure_leaves_pictures(onward: Onward, tmp_path: Path) -> None:
    said = taken(onward, tmp_path / "kiosk", {JOURNEYS: journeys.JOURNEY.replace("Hello, Ada", "Goodbye").replace(
        "expect(page", "expect.set_options(timeout=500)\n    expect(page")})  # fmt: skip
    assert verdict(said) == ("failed", "new-findings")
    kinds = [artifact["kind"] for artifact in step(said)["artifacts"]]
    assert {"screenshot", "video", "trace"} <= set(kinds)
    assert kinds.count("screenshot") == 1


NOW_AND_THEN = """

TRIES = []


def test_now_and_then(page: Page) -> None:
    page.goto("/")
    TRIES.append(1)
    assert len(TRIES) > 1
"""


def test_a_journey_that_passes_the_second_time_is_flaky(onward: Onward, tmp_path: Path) -> None:
    definition = journeys.ONWARD + "\n[gates.e2e]\nretries = 1\n"
    said = taken(onward, tmp_path / "kiosk", {JOURNEYS: journeys.JOURNEY + NOW_AND_THEN, "onward.toml": definition})
    assert verdict(said) == ("failed", "new-findings")
    assert said.rules("e2e") == {"flaky"}


SYNC = """
from playwright.sync_api import sync_playwright

import os


def test_by_hand() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(headless=False, channel="chrome")
        page = browser.new_page()
        page.goto(os.environ["APPLICATION_URL"])
        assert page.title() == "Kiosk"
        browser.close()
"""
ASYNC = """
import asyncio
import os

from playwright.async_api import async_playwright


async def look() -> str:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch()
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(os.environ["APPLICATION_URL"])
        await page.get_by_role("textbox").fill("Ada")
        title = await page.title()
        await browser.close()
        return title


def test_by_hand() -> None:
    assert asyncio.run(look()) == "Kiosk"
"""


@pytest.mark.parametrize("text", [SYNC, ASYNC], ids=["sync", "async"])
def test_journeys_that_open_the_browser_themselves(text: str, onward: Onward, tmp_path: Path) -> None:
    page = journeys.PAGE.replace("<label ", "<span ").replace("</label>", "</span>")
    said = taken(onward, tmp_path / "kiosk", {JOURNEYS: text, "index.html": page})
    assert {looked["what"]: looked["count"] for looked in step(said)["looked_at"]} == {
        "journeys taken": 1, "pages opened": 1, "documents loaded": 1,
    }  # fmt: skip
    assert subjects(said, "unlabelled-field") == (["/ input text name"] if text is ASYNC else [])


def test_each_test_belongs_to_one_gate(onward: Onward, tmp_path: Path) -> None:
    repo = journeys.make(tmp_path / "kiosk")
    said = onward.run("tests", "integration", "--offline", cwd=repo.root)
    assert said.code == 0, said.out
    looked = [step["looked_at"] for step in said.document["steps"] if step["gate"] == "tests"]
    assert looked == [[{"what": "tests executed", "count": 1, "expected": None}]]
    assert said.gate("integration")["verdict"] == "not_run"


# what breaks its sight


def without_browsers(folder: Path) -> dict[str, str]:
    """Return an environment with what onward needs of the machine, and no browser."""
    folder.mkdir()
    for name in ("git", "sh", "env"):
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return {"PATH": str(folder), "PLAYWRIGHT_BROWSERS_PATH": str(folder / "none")}


def test_no_browser(onward: Onward, tmp_path: Path) -> None:
    env = without_browsers(tmp_path / "bin")
    said = taken(onward, tmp_path / "kiosk", env=env)
    assert verdict(said) == ("unverified", "need-absent")
    assert "Chromium or Chrome not found" in said.gate("e2e")["reason"]["text"]
    planned = onward("plan", cwd=tmp_path / "kiosk", env=env).out
    assert "e2e/pytest-playwright: not run, Chromium or Chrome not found" in planned


def fake_browser(folder: Path, script: str) -> str:
    folder.mkdir()
    program = folder / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.parametrize("script", ["exit 0", "kill -KILL $$", "echo nonsense"])
def test_a_browser_that_does_not_work(script: str, onward: Onward, tmp_path: Path) -> None:
    said = taken(onward, tmp_path / "kiosk", env={"PATH": fake_browser(tmp_path / "bin", script)})
    assert verdict(said) == ("unverified", "browser")
    assert "the browser does not work" in said.gate("e2e")["reason"]["text"]


def test_the_application_does_not_start(onward: Onward, tmp_path: Path) -> None:
    said = taken(onward, tmp_path / "kiosk", {"web.py": "raise SystemExit('no database')\n"})
    assert verdict(said) == ("unverified", "service")
    assert "no database" in said.gate("e2e")["reason"]["text"]


def test_the_application_dies_on_the_way(onward: Onward, tmp_path: Path) -> None:
    web = journeys.WEB.replace('        if asked.path == "/hello":', '        if asked.path == "/hello":\n            import os\n            os._exit(3)\n        if asked.path == "/hello":')  # fmt: skip
    said = taken(onward, tmp_path / "kiosk", {"web.py": web, JOURNEYS: journeys.JOURNEY.replace(
        "expect(page", "expect.set_options(timeout=500)\n    expect(page")})  # fmt: skip
    assert verdict(said) == ("unverified", "service")


def test_no_page_ever_loads(onward: Onward, tmp_path: Path) -> None:
    web = journeys.WEB.replace(
        "        asked =",
        '        if self.path == "/":\n            import time\n            time.sleep(30)\n        asked =',
    )
    text = journeys.JOURNEY.replace('goto("/")', 'goto("/", timeout=1000)')
    said = taken(onward, tmp_path / "kiosk", {"web.py": web, JOURNEYS: text})
    assert verdict(said) == ("unverified", "no-page")


def test_journeys_that_never_look(onward: Onward, tmp_path: Path) -> None:
    said = taken(onward, tmp_path / "kiosk", {JOURNEYS: "def test_nothing() -> None:\n    assert True\n"})
    assert verdict(said) == ("unverified", "looked-at-too-little")


def test_the_watcher_is_removed(onward: Onward, tmp_path: Path) -> None:
    text = (
        "def pytest_sessionstart(session):\n    session.config.pluginmanager.unregister(name='onward-watch-journeys')\n"
    )
    said = taken(onward, tmp_path / "kiosk", {"tests/conftest.py": text})
    assert verdict(said) == ("unverified", "unreadable")


# journeys of @playwright/test


def taken_by_node(onward: Onward, root: Path, files: Mapping[str, str] = NOTHING, **env: str) -> Said:
    require.program("node")
    repo = journeys.make_with_node(root, **files)
    return onward.run("e2e", "--offline", cwd=repo.root, env=env)


def test_journeys_of_node_through_the_application(onward: Onward, tmp_path: Path) -> None:
    page = journeys.PAGE.replace("<label ", "<span ").replace("</label>", "</span>")
    page = page.replace("<script>", "<script>\nsetTimeout(() => { throw new Error('nothing to greet 42') });")
    said = taken_by_node(onward, tmp_path / "kiosk", {"index.html": page})
    assert {looked["what"]: looked["count"] for looked in step(said)["looked_at"]} == {
        "journeys taken": 1, "pages opened": 1, "documents loaded": 1,
    }  # fmt: skip
    assert subjects(said, "unlabelled-field") == ["/ input text name"]
    assert subjects(said, "page-error") == ["/ nothing to greet N"]
    assert subjects(said, "test-failed") == []


def test_node_with_a_browser_that_does_not_work(onward: Onward, tmp_path: Path) -> None:
    said = taken_by_node(onward, tmp_path / "kiosk", PATH=fake_browser(tmp_path / "bin", "exit 0"))
    assert verdict(said) == ("unverified", "browser")


def test_node_with_journeys_that_cannot_be_read(onward: Onward, tmp_path: Path) -> None:
    said = taken_by_node(onward, tmp_path / "kiosk", {"front/journeys/kiosk.spec.ts": "import './nowhere';\n"})
    assert verdict(said)[0] == "unverified"
    assert "passed" not in {gate["verdict"] for gate in said.document["gates"]}


def test_a_project_whose_modules_are_called_as_ours_are(onward: Onward, tmp_path: Path) -> None:
    said = taken(onward, tmp_path / "kiosk", {**guests.NAMESAKES, "conftest.py": guests.CHECK})
    assert verdict(said) == ("passed", "holds")
