"""Runs that are interrupted or killed, and services that die under them: nothing is left, and nothing is green."""

from __future__ import annotations

import errno
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from kit import tiny
from kit.aftermath import await_until, is_gone, listening, open_ports, processes_of
from kit.invocations import Onward, Said
from kit.repos import Repo

pytestmark = [pytest.mark.tools, pytest.mark.services, pytest.mark.slow]

SERVICES = """
[services.postgres]
image = "postgres:15"
variable = "DATABASE_URL"

[services.redis]
image = "redis:7"
variable = "REDIS_URL"

[gates.integration]
parallel = "0"
"""
SLOW = '''"""Tells that it has begun, then waits until one of its services is gone, a minute at most."""

import os
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit


def answers(variable):
    address = urlsplit(os.environ[variable])
    with socket.socket() as probe:
        return probe.connect_ex((address.hostname, address.port)) == 0


def test_patiently():
    assert answers("DATABASE_URL")
    assert answers("REDIS_URL")
    Path(os.environ["ONWARD_RUN"], "begun").touch()
    until = time.monotonic() + 60
    while answers("DATABASE_URL") and answers("REDIS_URL") and time.monotonic() < until:
        time.sleep(0.1)
'''


class Scene:
    """A run of slow integration tests with real servers, from its start on."""

    def __init__(self, home: Path) -> None:
        definition = tiny.ONWARD + SERVICES
        self.repo: Repo = tiny.make(
            home / "slow", **{"onward.toml": definition, "tests/integration/test_slow.py": SLOW}
        )
        self.onward = Onward(home)
        self.temporary = home / "tmp"
        self.temporary.mkdir()
        self.env = {"TMPDIR": str(self.temporary)}

    def start(self) -> subprocess.Popen[str]:
        """Start the run and return when its test waits."""
        process = self.onward.start(
            "run", "integration", "--offline", "--format", "json", cwd=self.repo.root, env=self.env
        )
        assert self.await_begun(process), process.communicate(timeout=60)
        return process

    def await_begun(self, process: subprocess.Popen[Any]) -> bool:
        """Wait until the slow test waits, or until the run has ended before."""
        begun = self.onward.state.glob
        await_until(lambda: any(begun("runs/*/begun")) or process.poll() is not None, 120)
        return any(begun("runs/*/begun"))

    def servers(self) -> tuple[dict[str, Any], ...]:
        """Return what the run has written down about its servers."""
        return tuple(json.loads(path.read_text()) for path in self.onward.state.glob("services/*.json"))

    def around(self) -> tuple[frozenset[psutil.Process], frozenset[int], tuple[Path, ...]]:
        """Return the processes of the run, the ports on which they listen, and the folders of its servers."""
        servers = self.servers()
        roots = {psutil.Process(server["pid"]) for server in servers}
        whole = roots | {child for root in roots for child in root.children(recursive=True)}
        processes = processes_of(self.onward.state) | whole
        return frozenset(processes), listening(frozenset(whole)), tuple(Path(entry["folder"]) for entry in servers)

    def another_run(self) -> Said:
        """Run a gate that has nothing to do with any of it."""
        return self.onward.run(tiny.GATE, "--offline", cwd=self.repo.root, env=self.env)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.another_run()


Around = tuple[frozenset[psutil.Process], frozenset[int], tuple[Path, ...]]


def assert_nothing_left(scene: Scene, around: Around) -> None:
    processes, ports, folders = around
    assert len(ports) >= 2
    assert len(folders) >= 2
    assert [process for process in processes if not is_gone(process.pid)] == []
    assert open_ports(ports) == frozenset()
    assert [folder for folder in folders if folder.exists()] == []
    assert scene.servers() == ()
    assert list(scene.temporary.iterdir()) == []
    assert scene.repo.git("status", "--porcelain", "--ignored") == ""


def assert_interrupted(said: Said) -> None:
    assert said.code == 130, said.err
    document = said.document
    assert document["exit_code"] == 130
    assert document["error"]["kind"] == "interrupted"
    assert document["verdict"] == "unverified"
    assert said.gate("integration")["verdict"] == "unverified"
    assert "passed" not in {gate["verdict"] for gate in document["gates"]}
    assert "Traceback" not in said.err


@pytest.mark.parametrize("times", [1, 2, 5])
def test_ctrl_c(scene: Scene, times: int) -> None:
    process = scene.start()
    around = scene.around()
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    out, err = process.communicate(timeout=60)
    assert_interrupted(Said(process.returncode, out, err))
    assert_nothing_left(scene, around)


def test_killed_and_started_once_more(scene: Scene) -> None:
    process = scene.start()
    around = scene.around()
    process.kill()
    process.communicate(timeout=60)
    assert all(psutil.Process(server["pid"]).status() != psutil.STATUS_ZOMBIE for server in scene.servers())
    said = scene.another_run()
    assert said.code == 0, said.err
    assert_nothing_left(scene, around)
    shown = scene.onward("show", "latest", cwd=scene.repo.root)
    assert shown.code == 0


def test_the_record_of_a_killed_run_is_unverified(scene: Scene) -> None:
    process = scene.start()
    process.kill()
    process.communicate(timeout=60)
    said = scene.onward("show", "--format", "json", cwd=scene.repo.root)
    assert said.document["verdict"] == "unverified"
    assert said.document["error"]["kind"] == "unfinished"
    assert said.gate("integration")["verdict"] == "unverified"


def test_a_living_run_is_left_alone(scene: Scene) -> None:
    process = scene.start()
    assert scene.another_run().code == 0
    assert process.poll() is None
    assert all(psutil.pid_exists(server["pid"]) for server in scene.servers())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


@pytest.mark.parametrize("service", ["postgres", "redis"])
def test_a_service_that_dies_halfway(scene: Scene, service: str) -> None:
    process = scene.start()
    (server,) = [item for item in scene.servers() if item["id"].startswith(service)]
    os.kill(server["pid"], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    said = Said(process.returncode, out, err)
    assert said.code == 3, err
    entry = said.gate("integration")
    assert (entry["verdict"], entry["reason"]["code"]) == ("unverified", "service"), entry["reason"]
    assert "died" in entry["reason"]["text"]
    (step,) = said.document["steps"]
    assert step["findings"] == []


@pytest.mark.parametrize("code", [signal.SIGINT, signal.SIGKILL])
def test_a_tool_that_was_half_made_is_made_again(tmp_path: Path, code: signal.Signals) -> None:
    repo = tiny.make(tmp_path / "tiny")
    onward = Onward(tmp_path / "home", cache_dir=tmp_path / "cache")
    process = onward.start("run", "security", "--offline", "--format", "json", cwd=repo.root)
    assert await_until(lambda: any(onward.cache.glob("tools/bandit-*/*/env")) or process.poll() is not None, 60)
    process.send_signal(code)
    out, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGKILL), err
    assert "Traceback" not in err
    if code == signal.SIGINT:
        assert Said(130, out, err).gate("security")["verdict"] == "unverified"
    again = onward.run("security", "--offline", cwd=repo.root)
    assert again.code == 0, again.err
    assert again.gate("security")["verdict"] == "passed"


def test_the_terminal_is_sane_afterwards(scene: Scene) -> None:
    """In a terminal the live view hides the cursor and draws; Ctrl-C arrives from the keyboard."""
    controller, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    env = {**scene.onward.environ(scene.env), "TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    words = (sys.executable, "-m", "onward", "run", "integration", "--offline")
    process = subprocess.Popen(
        words, cwd=scene.repo.root, env=env, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    )
    os.set_blocking(controller, False)
    seen = bytearray()
    assert await_until(lambda: read(controller, seen) and any(scene.onward.state.glob("runs/*/begun")), 120), bytes(
        seen
    )
    around = scene.around()
    process.send_signal(signal.SIGINT)
    assert await_until(lambda: read(controller, seen) and process.poll() is not None, 60)
    read(controller, seen)
    after = termios.tcgetattr(terminal)
    os.close(controller)
    os.close(terminal)
    assert process.returncode == 130, bytes(seen)
    assert after == before
    assert seen.rfind(b"\x1b[?25h") > seen.rfind(b"\x1b[?25l") >= 0
    assert b"Traceback" not in seen
    assert b"interrupted" in seen
    assert_nothing_left(scene, around)


def read(controller: int, into: bytearray) -> bool:
    """Take what the terminal shows, so that nobody waits for it to be read; always true."""
    try:
        while chunk := os.read(controller, 65536):
            into += chunk
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EIO):
            raise
    return True
