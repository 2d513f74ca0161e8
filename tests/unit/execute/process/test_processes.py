"""Real processes: how they end, what they may do, and that nothing of them is left."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from onward.errors import RecordError
from onward.execute.process.processes import Call, Ended, Handle, Processes, quick

PATH = {"PATH": "/usr/bin:/bin"}


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Processes() as running:
        yield running


def call(tmp_path: Path, *argv: str, **more: object) -> Call:
    fields: dict[str, object] = {"cwd": tmp_path, "env": PATH, "log": tmp_path / "log.txt", "timeout_s": 20.0, **more}
    return Call(argv=argv, **fields)  # type: ignore[arg-type]  # a helper of tests, checked by running


def shell(tmp_path: Path, script: str, **more: object) -> Call:
    return call(tmp_path, "sh", "-c", script, **more)


def gone(pid: int, within_s: float = 2.0) -> bool:
    """Whether the process is gone or a zombie that only its new parent can remove."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False


def written_pid(path: Path) -> int:
    until = time.monotonic() + 5
    while not (path.exists() and path.read_text().strip()) and time.monotonic() < until:
        time.sleep(0.01)
    return int(path.read_text())


def test_exit_code_duration_and_cpu(processes: Processes, tmp_path: Path) -> None:
    ended = processes.run(call(tmp_path, sys.executable, "-c", "sum(range(3_000_000)); raise SystemExit(3)"))
    assert (ended.outcome, ended.exit) == ("exit:3", 3)
    assert 0 < ended.cpu_s < ended.duration_s * 1.5


def test_output_goes_to_the_named_files(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("before\n")
    (tmp_path / "out.txt").write_text("from an earlier run, and longer than what comes now\n")
    processes.run(shell(tmp_path, "echo result; echo trouble >&2", stdout=tmp_path / "out.txt"))
    assert (tmp_path / "out.txt").read_text() == "result\n"
    assert (tmp_path / "log.txt").read_text() == "before\ntrouble\n"
    processes.run(shell(tmp_path, "echo both; echo here >&2"))
    assert (tmp_path / "log.txt").read_text() == "before\ntrouble\nboth\nhere\n"


def test_nothing_is_inherited(processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMBIENT", "yes")
    (tmp_path / "sub").mkdir()
    script = 'echo "[$AMBIENT] [$GIVEN] $(pwd)"; cat; ls /proc/self/fd | wc -l'
    processes.run(shell(tmp_path, script, cwd=tmp_path / "sub", env={**PATH, "GIVEN": "1"}))
    first, count = (tmp_path / "log.txt").read_text().splitlines()
    assert first == f"[] [1] {tmp_path}/sub"
    assert int(count) <= 4


@pytest.mark.parametrize(
    ("name", "outcome"), [("SEGV", "signal:SIGSEGV"), ("KILL", "signal:SIGKILL"), ("TERM", "signal:SIGTERM")]
)
def test_killed_by_a_signal(processes: Processes, tmp_path: Path, name: str, outcome: str) -> None:
    ended = processes.run(shell(tmp_path, f"kill -{name} $$; sleep 5"))
    assert (ended.outcome, ended.exit) == (outcome, None)


def test_a_program_that_does_not_exist(processes: Processes, tmp_path: Path) -> None:
    ended = processes.run(call(tmp_path, "no-such-program"))
    assert ended == Ended(outcome="unstarted", text="program no-such-program not found")


def test_a_file_that_cannot_be_executed(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("not a program")
    ended = processes.run(call(tmp_path, str(tmp_path / "plain")))
    assert ended.outcome == "unstarted"
    assert "Permission denied" in ended.text
    (tmp_path / "plain").chmod(0o755)
    assert "Exec format error" in processes.run(call(tmp_path, str(tmp_path / "plain"))).text


def test_unstartable_for_other_reasons(processes: Processes, tmp_path: Path) -> None:
    missing = processes.run(call(tmp_path, "true", cwd=tmp_path / "missing"))
    assert (missing.outcome, "missing" in missing.text) == ("unstarted", True)
    assert processes.run(call(tmp_path, "true", "a\0b")).outcome == "unstarted"
    nobody = processes.run(call(tmp_path, "true", user="no-such-user"))
    assert nobody == Ended(outcome="unstarted", text="system user no-such-user not found")


def test_a_log_that_cannot_be_written(processes: Processes, tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        processes.run(call(tmp_path, "true", log=tmp_path / "missing" / "log.txt"))
    assert caught.value.where.endswith("missing/log.txt")
    assert "ONWARD_STATE_DIR" in caught.value.hint


def test_a_hanging_program_times_out(processes: Processes, tmp_path: Path) -> None:
    began = time.monotonic()
    ended = processes.run(call(tmp_path, "sleep", "60", timeout_s=0.3))
    assert (ended.outcome, ended.exit) == ("timeout", None)
    assert 0.3 <= time.monotonic() - began < 1.5


def test_a_hanging_program_that_ignores_the_first_signal(processes: Processes, tmp_path: Path) -> None:
    ended = processes.run(shell(tmp_path, "trap '' TERM; sleep 60 & sleep 60; sleep 60", timeout_s=0.2))
    assert ended.outcome == "timeout"
    assert 2.0 <= ended.duration_s < 4


def test_a_shorter_deadline_is_kept_while_a_longer_one_is_waited_for(processes: Processes, tmp_path: Path) -> None:
    handle = processes.start(call(tmp_path, "sleep", "60"))
    assert isinstance(handle, Handle)
    ended = processes.run(call(tmp_path, "sleep", "60", timeout_s=0.05))
    assert ended.outcome == "timeout"
    assert ended.duration_s < 0.5
    handle.stop(1)


@pytest.mark.parametrize("script", ["yes", "yes | head -c 100000000"])
def test_too_much_output_ends_the_program(processes: Processes, tmp_path: Path, script: str) -> None:
    cap = 5_000_000
    ended = processes.run(shell(tmp_path, script, stdout=tmp_path / "out", cap_bytes=cap))
    assert (ended.outcome, ended.exit) == ("too-large", None)
    assert (tmp_path / "out").stat().st_size == cap


def test_the_cap_counts_what_this_call_adds_to_the_log(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_bytes(b"x" * 5000)
    assert processes.run(shell(tmp_path, "head -c 900 /dev/zero", cap_bytes=1000)).outcome == "exit:0"
    assert processes.run(shell(tmp_path, "head -c 1100 /dev/zero", cap_bytes=1000)).outcome == "too-large"
    assert (tmp_path / "log.txt").stat().st_size == 5900 + 1000


def test_grandchildren_do_not_survive(processes: Processes, tmp_path: Path) -> None:
    ended = processes.run(shell(tmp_path, "(trap '' TERM HUP; sleep 60) & echo $! > pid; exit 0"))
    assert ended.outcome == "exit:0"
    assert ended.duration_s < 3
    assert gone(written_pid(tmp_path / "pid"))


def runs(handle: Handle) -> bool:
    return handle.ended is None


def test_a_service_starts_runs_and_stops(processes: Processes, tmp_path: Path) -> None:
    handle = processes.start(shell(tmp_path, "sleep 60 & echo $! > pid; wait"))
    assert isinstance(handle, Handle)
    child = written_pid(tmp_path / "pid")
    assert runs(handle)
    assert handle.identity.pid == handle.pid
    assert handle.identity.started
    assert handle.stop(2).outcome == "signal:SIGTERM"
    assert not runs(handle)
    assert gone(child)
    assert handle.stop(2).outcome == "signal:SIGTERM"


def test_a_service_is_stopped_by_the_signal_it_wants(processes: Processes, tmp_path: Path) -> None:
    script = "trap 'exit 7' INT; echo ready > pid; while :; do sleep 0.05; done"
    handle = processes.start(shell(tmp_path, script))
    assert isinstance(handle, Handle)
    while not (tmp_path / "pid").exists():
        time.sleep(0.01)
    assert handle.stop(5, first="SIGINT").exit == 7


def test_a_service_that_will_not_stop_is_killed(processes: Processes, tmp_path: Path) -> None:
    handle = processes.start(shell(tmp_path, "trap '' TERM; echo 1 > pid; while :; do sleep 0.05; done"))
    assert isinstance(handle, Handle)
    written_pid(tmp_path / "pid")
    ended = handle.stop(0.3)
    assert ended.outcome == "signal:SIGKILL"
    assert ended.duration_s < 3


def test_a_service_that_dies_is_noticed(processes: Processes, tmp_path: Path) -> None:
    handle = processes.start(shell(tmp_path, "exit 9"))
    assert isinstance(handle, Handle)
    until = time.monotonic() + 5
    while runs(handle) and time.monotonic() < until:
        time.sleep(0.01)
    assert handle.ended is not None
    assert handle.ended.exit == 9


def test_leaving_ends_what_nobody_stopped(tmp_path: Path) -> None:
    with Processes() as processes:
        handle = processes.start(call(tmp_path, "sleep", "60"))
        assert isinstance(handle, Handle)
    assert gone(handle.pid)


def in_threads(processes: Processes, calls: list[Call]) -> tuple[list[threading.Thread], list[Ended]]:
    ended: list[Ended] = []
    threads = [threading.Thread(target=lambda c=entry: ended.append(processes.run(c))) for entry in calls]
    for thread in threads:
        thread.start()
    return threads, ended


def test_interrupt_ends_everything_and_nothing_starts_any_more(processes: Processes, tmp_path: Path) -> None:
    service = processes.start(call(tmp_path, "sleep", "60"))
    assert isinstance(service, Handle)
    threads, ended = in_threads(processes, [call(tmp_path, "sleep", "60") for _ in range(3)])
    time.sleep(0.2)
    processes.interrupt()
    for thread in threads:
        thread.join(5)
    assert [entry.outcome for entry in ended] == ["interrupted"] * 3
    assert service.stop(1).outcome == "interrupted"
    assert processes.run(call(tmp_path, "true")).outcome == "interrupted"
    assert processes.interrupted


def stubborn(processes: Processes, tmp_path: Path) -> Handle:
    """Start what ignores SIGTERM; registered before it is interrupted, because a latecomer gets no grace."""
    handle = processes.start(shell(tmp_path, "trap '' TERM; echo 1 > pid; while :; do sleep 0.05; done"))
    assert isinstance(handle, Handle)
    written_pid(tmp_path / "pid")
    return handle


def test_the_second_interrupt_kills_at_once(processes: Processes, tmp_path: Path) -> None:
    handle = stubborn(processes, tmp_path)
    processes.interrupt(grace_s=60)
    time.sleep(0.2)
    assert runs(handle)
    processes.interrupt()
    assert gone(handle.pid)
    assert handle.stop(60).outcome == "interrupted"


def test_an_interrupt_alone_kills_the_stubborn_after_its_grace(processes: Processes, tmp_path: Path) -> None:
    handle = stubborn(processes, tmp_path)
    processes.interrupt(grace_s=0.2)
    assert gone(handle.pid)
    assert handle.stop(60).outcome == "interrupted"


def test_ctrl_c_in_the_thread_that_waits(processes: Processes, tmp_path: Path) -> None:
    main = threading.main_thread().ident or 0
    timer = threading.Timer(0.3, lambda: signal.pthread_kill(main, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        processes.run(shell(tmp_path, "trap '' TERM INT; echo $$ > pid; while :; do sleep 0.05; done"))
    assert gone(written_pid(tmp_path / "pid"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run programs as somebody else")
def test_as_another_user(processes: Processes, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    processes.run(shell(tmp_path, "id -un; id -gn; id -G", user="nobody", cwd=Path("/")))
    user, group_name, groups = (tmp_path / "log.txt").read_text().splitlines()
    assert (user, " " in groups) == ("nobody", False)
    assert group_name in ("nogroup", "nobody")


def test_many_at_once(processes: Processes, tmp_path: Path) -> None:
    calls = [shell(tmp_path, f"exit {number % 7}", log=tmp_path / f"{number}.txt") for number in range(60)]
    threads, ended = in_threads(processes, calls)
    for thread in threads:
        thread.join(20)
    assert sorted(entry.exit or 0 for entry in ended) == sorted(number % 7 for number in range(60))


def test_quick(tmp_path: Path) -> None:
    assert quick(("sh", "-c", "echo out; echo err >&2; exit 4"), cwd=tmp_path, timeout_s=5) == (4, b"out\n", b"err\n")
    assert quick(("cat",), cwd=tmp_path, timeout_s=5, stdin=b"abc")[1] == b"abc"
    assert quick(("no-such-program",), cwd=tmp_path, timeout_s=5)[0] == 127


def test_quick_does_not_wait_for_a_hanging_group(tmp_path: Path) -> None:
    began = time.monotonic()
    code, _, errors = quick(("sh", "-c", "sleep 60 & sleep 60"), cwd=tmp_path, timeout_s=0.2)
    assert (code, errors) == (124, b"sh did not finish within 0.2 s")
    assert time.monotonic() - began < 2
