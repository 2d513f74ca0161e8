"""The application as a service: started, waited for, believed only while it lives, and gone afterwards."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit import serving
from onward.errors import ServiceError
from onward.execute.application.server import Launch, ServerRun
from onward.execute.application.server_group import ServerGroup, running_group
from onward.execute.process import ports
from onward.execute.process.identity import identify
from onward.execute.process.processes import Processes
from onward.model.application import Application, Health


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Processes() as opened:
        yield opened


def refused(spec: Application, folder: Path, processes: Processes, **more: object) -> ServiceError:
    with pytest.raises(ServiceError) as caught, running_group(spec, serving.app_env(folder, processes, spec, **more)):
        pytest.fail("it must not count as started")
    return caught.value


def environment(running: ServerGroup, name: str = "application") -> Any:
    with urllib.request.urlopen(running.tokens[f"{name}.url"] + "/environment", timeout=5) as answer:
        return json.load(answer)


def test_it_is_up_while_it_is_used_and_gone_afterwards(tmp_path: Path, processes: Processes) -> None:
    spec = serving.application()
    with running_group(spec, serving.app_env(tmp_path, processes, spec)) as running:
        assert environment(running)["ONWARD_APPLICATION"]
        assert running.error() is None
        assert "200 after" in running.uses[0].notes[0]
        pid, port = int(running.tokens["application.pid"]), int(running.tokens["application.url"].rpartition(":")[2])
        assert identify(pid)
    assert identify(pid) is None
    assert not ports.is_taken(port)
    assert "GET /health" in (tmp_path / "application.log").read_text()


def test_what_ignores_its_signal_is_killed_and_so_is_a_child_with_a_session_of_its_own(
    tmp_path: Path, processes: Processes
) -> None:
    spec = serving.application("deaf", "child")
    with running_group(spec, serving.app_env(tmp_path, processes, spec)) as running:
        child = int((tmp_path / "tree" / "child.pid").read_text())
        pid = int(running.tokens["application.pid"])
        assert identify(child)
    assert identify(pid) is None
    assert identify(child) is None


def test_it_gets_what_is_declared_and_nothing_else(
    tmp_path: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAK", "yes")
    companion = serving.server(
        name="provider", variable="PROVIDER_URL",
        environment=(("KEY", "{secret:key}"), ("HOOK", "{application.url}/hook")),
    )  # fmt: skip
    declared = (("KEY", "{secret:key}"), ("PAGE", "{provider.url}/page"), ("FORMAT", "{message} {port}"))
    spec = serving.application(companions=(companion,), environment=declared)
    with running_group(spec, serving.app_env(tmp_path, processes, spec)) as running:
        app, provider = environment(running), environment(running, "provider")
        port = running.tokens["application.url"].rpartition(":")[2]
        assert app["PROVIDER_URL"] == running.tokens["provider.url"]
        assert app["PAGE"] == running.tokens["provider.url"] + "/page"
        assert app["KEY"] == provider["KEY"]
        assert len(app["KEY"]) >= 32
        assert app["FORMAT"] == "{message} " + port
        assert provider["HOOK"] == running.tokens["application.url"] + "/hook"
        assert "LEAK" not in app
    assert (tmp_path / "application-provider.log").exists()


def test_what_prepares_it_runs_before_in_order(tmp_path: Path, processes: Processes) -> None:
    note = "import os; open('notes', 'a').write(os.environ['PAGE'] + '\\n')"
    spec = replace(
        serving.application(environment=(("PAGE", "one"),)),
        prepare=((sys.executable, "-c", note), (sys.executable, "-c", note.replace("os.environ['PAGE']", "'two'"))),
    )
    with running_group(spec, serving.app_env(tmp_path, processes, spec)):
        assert (tmp_path / "tree" / "notes").read_text() == "one\ntwo\n"


def test_a_failing_preparation_is_told_with_its_last_lines(tmp_path: Path, processes: Processes) -> None:
    spec = replace(serving.application(), prepare=((sys.executable, "-c", "raise SystemExit('no table')"),))
    error = refused(spec, tmp_path, processes)
    assert "cannot prepare the application" in error.message
    assert "exit:1" in error.message
    assert "no table" in error.message


def test_it_may_take_its_time(tmp_path: Path, processes: Processes) -> None:
    spec = serving.application("late", "warming")
    with running_group(spec, serving.app_env(tmp_path, processes, spec)) as running:
        note = running.uses[0].notes[0]
        assert "connection refused (" in note
        assert "503 (3 times), then 200" in note


def test_one_that_does_not_start_is_told_with_its_last_words(tmp_path: Path, processes: Processes) -> None:
    error = refused(serving.application("sick"), tmp_path, processes)
    assert "exited before it was healthy: exit:1" in error.message
    assert "the configuration is wrong" in error.message


def test_a_program_that_does_not_exist(tmp_path: Path, processes: Processes) -> None:
    error = refused(serving.application(command=("no-such-server", "{port}")), tmp_path, processes)
    assert "program no-such-server not found" in error.message


def test_one_that_starts_too_late_is_told_with_what_was_seen(tmp_path: Path, processes: Processes) -> None:
    began = time.monotonic()
    error = refused(serving.application("late", start_timeout_s=0.4), tmp_path, processes)
    assert "not healthy within" in error.message
    assert "connection refused" in error.message
    assert time.monotonic() - began < 5


def test_one_that_dies_halfway_is_not_believed(tmp_path: Path, processes: Processes) -> None:
    spec = serving.application("mortal")
    with running_group(spec, serving.app_env(tmp_path, processes, spec)) as running:
        with pytest.raises(OSError, match=r"."):
            environment(running)
        error = running.error()
        assert error is not None
        assert error.code == "service"
        assert "application died during the step: exit:7" in error.text


def test_a_companion_that_dies_is_no_less_trouble(tmp_path: Path, processes: Processes) -> None:
    spec = serving.application(companions=(serving.server("mortal", name="provider"),))
    with running_group(spec, serving.app_env(tmp_path, processes, spec)) as running:
        with pytest.raises(OSError, match=r"."):
            environment(running, "provider")
        error = running.error()
        assert error is not None
        assert "application: provider died" in error.text


def test_a_port_that_somebody_took_is_replaced(tmp_path: Path, processes: Processes) -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as taken:
        given = iter([taken.getsockname()[1], ports.free_port()])
        spec = serving.application(start_timeout_s=3.0)
        with running_group(spec, serving.app_env(tmp_path, processes, spec, free_port=lambda: next(given))) as running:
            assert not running.tokens["application.url"].endswith(f":{taken.getsockname()[1]}")


def test_a_stranger_on_the_port_does_not_pass_for_the_application(tmp_path: Path, processes: Processes) -> None:
    """Somebody else came in the last moment and answers at the health path; our own program cannot bind."""
    other = serving.application()
    with running_group(other, serving.app_env(tmp_path, processes, other)) as running:
        port = int(running.tokens["application.url"].rpartition(":")[2])
        command = (sys.executable, "server.py", str(port))
        env = {"PATH": os.environ["PATH"]}
        launch = Launch(
            spec=other.server, argv=command, env=env, tree=tmp_path / "tree", log=tmp_path / "second.log", port=port,
            values={},
        )  # fmt: skip
        with pytest.raises(ServiceError) as caught:
            ServerRun(launch, processes).start()
        assert "another process answers on its port, and it exited: exit:1" in caught.value.message
        assert "Address already in use" in caught.value.message


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onward.execute.application.health._FINAL_S", 0.3)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    ("words", "health", "hint"),
    [
        (("slash",), Health(path="/health"), 'health = "/health/"'),
        (("secure",), Health(path="/health"), "X-Forwarded-Proto"),
        (("picky",), Health(path="/health"), "Host header"),
        ((), Health(path="/status"), "path of its health document"),
    ],
)
def test_an_answer_that_waiting_does_not_change(
    words: tuple[str, ...], health: Health, hint: str, tmp_path: Path, processes: Processes
) -> None:
    error = refused(serving.application(*words, health=health), tmp_path, processes)
    assert hint in error.hint
    assert "last answer at" in error.message


@pytest.mark.parametrize(
    ("words", "health"),
    [
        (("slash",), Health(path="/health/")),
        (("secure",), Health(path="/health", headers=(("X-Forwarded-Proto", "https"),))),
        (("picky",), Health(path="/health", host="shop.example")),
        (("slash",), Health(path="/health", status=301)),
    ],
    ids=["slash", "https", "host", "status"],
)
def test_what_is_declared_is_sent(words: tuple[str, ...], health: Health, tmp_path: Path, processes: Processes) -> None:
    spec = serving.application(*words, health=health)
    with running_group(spec, serving.app_env(tmp_path, processes, spec)) as running:
        assert running.error() is None


def test_a_catch_all_proves_nothing(tmp_path: Path, processes: Processes) -> None:
    error = refused(serving.application("catch-all"), tmp_path, processes)
    assert "a path that does not exist also returns 200" in error.message


def test_a_front_end_that_answers_everything_else_is_mentioned(tmp_path: Path, processes: Processes) -> None:
    spec = serving.application("front-end")
    with running_group(spec, serving.app_env(tmp_path, processes, spec)) as running:
        assert "also returns 200, but a different document" in running.uses[0].notes[0]


def test_an_interrupt_ends_the_waiting(tmp_path: Path, processes: Processes) -> None:
    processes.interrupt()
    error = refused(serving.application("late"), tmp_path, processes)
    assert "interrupted" in error.message
