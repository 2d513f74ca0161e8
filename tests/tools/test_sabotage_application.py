"""Ways of breaking the application while a gate looks at it: none of them is ever green, and each says why."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from kit import aftermath, shop
from kit.invocations import Onward, Said
from kit.repos import Repo

pytestmark = [pytest.mark.tools, pytest.mark.services, pytest.mark.slow]

_IN_PYTHON = "async def app(scope, receive, send) -> None:\n"
_DIES = '    if scope["type"] == "http" and scope["path"] == "/orders":\n        os._exit(9)\n'
_HANGS = '    if scope["type"] == "http" and scope["path"] == "/orders":\n        __import__("time").sleep(600)\n'

# what is done to web.py and onward.toml, and what is said about it
CASES: dict[str, tuple[tuple[str, str], tuple[str, str], str]] = {
    "does not start": (("engine = ", "raise SystemExit('no engine')\nengine = "), ("", ""), "no engine"),
    "is not there": (("", ""), ('"web:app"', '"nowhere:app"'), "Could not import module"),
    "cannot be prepared": (
        ("", ""),
        ('"upgrade", "head"', '"upgrade", "no-such-revision"'),
        "cannot prepare the application",
    ),
    "starts late": (
        ("engine = ", "__import__('time').sleep(600)\nengine = "),
        ('health = "/health"', 'health = "/health"\nstart-timeout = "2s"'),
        "connection refused",
    ),
    "is never healthy": (('"/health": health', '"/healthy": health'), ("", ""), "404"),
    "listens elsewhere": (
        ("", ""),
        ('"{port}", "--no-access-log"]', '"0", "--log-level={port}"]'),
        "application",
    ),
    "dies halfway": ((_IN_PYTHON, _IN_PYTHON + _DIES), ("", ""), "died during the step: exit:9"),
}


def run(repo: Repo, onward: Onward, *words: str) -> Said:
    return onward.run("contract", *words, cwd=repo.root)


@pytest.mark.parametrize("case", CASES)
def test_application(case: str, tmp_path: Path) -> None:
    web, toml, said_so = CASES[case]
    changes = {"web.py": shop.WEB.replace(*web, 1), "onward.toml": shop.ONWARD.replace(*toml, 1)}
    assert changes != {"web.py": shop.WEB, "onward.toml": shop.ONWARD}
    repo, onward = shop.make(tmp_path / "shop", **changes), Onward(tmp_path)
    said = run(repo, onward, "--profile", "ci")
    assert said.code == 3, said.err + said.out
    assert said.gate("contract")["verdict"] == "unverified"
    step = next(step for step in said.document["steps"] if step["check"] == "schemathesis")
    assert step["reason"]["code"] == "service"
    assert said_so in step["reason"]["text"]
    assert "application-log" in {artifact["kind"] for artifact in step["artifacts"]}
    assert aftermath.processes_of(onward.state) == frozenset()


def test_a_login_that_fails_is_no_reason_to_pass(tmp_path: Path) -> None:
    toml = shop.ONWARD + '\n[gates.contract]\nlogin-path = "/no-login"\nlogin-body = "{}"\n'
    said = run(shop.make(tmp_path / "shop", **{"onward.toml": toml}), Onward(tmp_path))
    assert said.code == 3
    assert said.gate("contract")["reason"]["code"] == "exit-code"


def test_nobody_let_in_means_nothing_was_looked_at(tmp_path: Path) -> None:
    refuse = '    if path == "/orders":\n        return 401, {"error": "who are you?"}\n'
    web = shop.WEB.replace("    if path not in known:", refuse + "    if path not in known:")
    document = shop.FILES["openapi.json"].replace('"405"', '"401"')
    said = run(shop.make(tmp_path / "shop", **{"web.py": web, "openapi.json": document}), Onward(tmp_path))
    step = next(step for step in said.document["steps"] if step["check"] == "schemathesis")
    assert step["verdict"] in {"unverified", "failed"}
    assert said.code != 0


def test_what_a_killed_onward_left_running_is_ended_by_the_next(tmp_path: Path) -> None:
    hanging = shop.WEB.replace(_IN_PYTHON, _IN_PYTHON + _HANGS)
    repo, onward = shop.make(tmp_path / "shop", **{"web.py": hanging}), Onward(tmp_path)
    process = onward.start("run", "contract", cwd=repo.root)

    def serving() -> bool:
        return any(aftermath.listening(frozenset({entry})) and "uvicorn" in " ".join(entry.cmdline())
                   for entry in aftermath.processes_of(onward.state))  # fmt: skip

    assert aftermath.await_until(serving, 120)
    left = [entry.pid for entry in aftermath.processes_of(onward.state) if entry.pid != process.pid]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert left
    onward.run("format", cwd=repo.root)
    assert all(aftermath.is_gone(pid) for pid in left)
    assert aftermath.processes_of(onward.state) == frozenset()
