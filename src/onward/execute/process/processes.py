"""The one door to other programs: whatever onward starts is started, watched and ended here."""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from onward.errors import RecordError
from onward.execute.process import group
from onward.execute.process.identity import Identity, identify
from onward.execute.process.running import Call, Ended, Running

__all__ = ["Call", "Ended", "Handle", "Processes", "quick"]

# How often output is measured against its cap; deadlines are kept to the moment.
_LOOK_S = 0.2


class Processes:
    """All programs of a run, each in a session of its own, under one watchdog thread.

    Output goes to files, waiting blocks, and when a call has ended nobody of its process group is left.
    Leaving the context ends whatever still runs.
    """

    def __init__(self) -> None:
        # Re-entrant because an interrupt may arrive while its own thread holds the lock.
        self._changed = threading.Condition(threading.RLock())
        self._running: dict[int, Running] = {}
        self._interrupts = 0
        self._closed = False
        self._null = os.open(os.devnull, os.O_RDONLY)
        self._watchdog = threading.Thread(target=self._watch, name="onward-watchdog", daemon=True)
        self._watchdog.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Kill what its owner did not stop, and end the watchdog."""
        for running in tuple(self._running.values()):
            self.end(running, "interrupted", 0)
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._watchdog.join()
        os.close(self._null)

    def run(self, call: Call) -> Ended:
        """Run `call` to its end, blocking. Raises RecordError when its output files cannot be opened."""
        started = self._start(call)
        if isinstance(started, Ended):
            return started
        try:
            return self._await(started)
        except BaseException:
            self.end(started, "interrupted", 0)
            raise

    def start(self, call: Call) -> Handle | Ended:
        """Start `call` and return at once: a handle, or how it ended (unstarted, interrupted). Errors as `run`."""
        started = self._start(call)
        return started if isinstance(started, Ended) else Handle(self, started)

    def interrupt(self, grace_s: float = 3.0) -> None:
        """End everything that runs and start nothing more; the second time, kill at once. Does not wait."""
        with self._changed:
            self._interrupts += 1
            for running in self._running.values():
                running.end("interrupted", grace_s if self._interrupts == 1 else 0)
            self._changed.notify()

    @property
    def interrupted(self) -> bool:
        """Whether `interrupt` was called."""
        return self._interrupts > 0

    def end(self, running: Running, cause: str, grace_s: float, code: int = group.TERM) -> Ended:
        """End one process group, kill it after `grace_s` seconds, return when all of it is gone."""
        with self._changed:
            if running.ended is None:
                running.end(cause, grace_s, code)
                self._changed.notify()
        return self._await(running)

    def peek(self, running: Running) -> Ended | None:
        """Return how it ended, or None while it runs; never waits."""
        with self._changed:
            if running.ended is None and group.has_exited(running.pid):
                self._conclude(running)
            return running.ended

    def _start(self, call: Call) -> Running | Ended:
        if self._interrupts:
            return Ended(outcome="interrupted")
        with contextlib.ExitStack() as files:
            log = files.enter_context(_open(call.log, "ab"))
            stdout = files.enter_context(_open(call.stdout, "wb")) if call.stdout else log
            # Before the start: from then on the program moves these positions.
            sizes = {call.log: log.tell(), call.stdout or call.log: stdout.tell()}
            try:
                pid = _spawn(call, self._null, stdout, log)
            except (OSError, ValueError, KeyError) as error:
                return Ended(outcome="unstarted", text=_why(call, error))
            return self._register(Running(pid, call, sizes))

    def _register(self, running: Running) -> Running:
        with self._changed:
            idle = not self._running
            self._running[running.pid] = running
            if self._interrupts:
                running.end("interrupted", 0)
            # A watchdog that sleeps until its next look will see the newcomer then, unless its time is shorter.
            if idle or running.deadline - running.began < _LOOK_S:
                self._changed.notify()
        return running

    def _await(self, running: Running) -> Ended:
        if running.ended is None:
            group.await_exit(running.pid)
        with self._changed:
            return running.ended or self._conclude(running)

    def _conclude(self, running: Running) -> Ended:
        # Under the lock, so that nobody signals the number once the system may give it to another process.
        ended = running.reap()
        self._running.pop(running.pid, None)
        return ended

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                self._changed.wait(self._pause())
                now = time.monotonic()
                for running in self._running.values():
                    running.look(now)

    def _pause(self) -> float | None:
        if not self._running:
            return None
        nearest = min(running.deadline for running in self._running.values()) - time.monotonic()
        return max(0.0, min(_LOOK_S, nearest))


class Handle:
    """A process that goes on while others run: a service."""

    def __init__(self, processes: Processes, running: Running) -> None:
        self._processes = processes
        self._running = running
        self.pid = running.pid
        self.identity = identify(running.pid) or Identity(running.pid, "")

    @property
    def ended(self) -> Ended | None:
        """How it ended, None while it runs."""
        return self._processes.peek(self._running)

    def stop(self, grace_s: float, first: str = "SIGTERM") -> Ended:
        """Send `first` to the group, SIGKILL after `grace_s` seconds; return when all of it is gone. Repeatable."""
        return self._processes.end(self._running, "", grace_s, group.number(first))


def quick(
    argv: tuple[str, ...], *, cwd: Path, timeout_s: float, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> tuple[int, bytes, bytes]:
    """Run a short command of onward's own; return its exit code, output and error output.

    As in a shell, 127 is a program that could not be started and 124 one that took longer than `timeout_s`.
    """
    pipe = subprocess.PIPE
    try:
        popen = subprocess.Popen(argv, cwd=cwd, env=env, start_new_session=True, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        return 127, b"", str(error).encode()
    late: list[bool] = []
    # Not communicate(timeout=…), which polls for the end.
    timer = threading.Timer(timeout_s, lambda: late.append(popen.poll() is None and group.send(popen.pid, group.KILL)))
    timer.start()
    with popen:
        try:
            output, errors = popen.communicate(stdin)
        except BaseException:
            group.send(popen.pid, group.KILL)
            raise
        finally:
            timer.cancel()
    if any(late):
        return 124, b"", f"{argv[0]} did not finish within {timeout_s:g} s".encode()
    return popen.returncode, output, errors


def _spawn(call: Call, null: int, stdout: IO[bytes], log: IO[bytes]) -> int:
    who: dict[str, Any] = {}
    if call.user is not None:
        who = {"user": call.user, "group": pwd.getpwnam(call.user).pw_gid, "extra_groups": []}
    popen = subprocess.Popen(
        call.argv, cwd=call.cwd, env=call.env, stdin=null, stdout=stdout, stderr=log, start_new_session=True, **who
    )
    # From here on `group` waits; Popen, left to itself, would complain of a lost child.
    popen.returncode = 0
    return popen.pid


def _open(path: Path, mode: str) -> IO[bytes]:
    try:
        return path.open(mode, buffering=0)
    except OSError as error:
        raise RecordError(
            f"cannot write the output of a program: {error.strerror}",
            where=str(path),
            hint="free disk space, or set ONWARD_STATE_DIR to a writable folder",
        ) from error


def _why(call: Call, error: Exception) -> str:
    if isinstance(error, OSError) and str(error.filename) == str(call.cwd):
        return f"cannot enter the folder {call.cwd}: {error.strerror}"
    if isinstance(error, KeyError):
        return f"system user {call.user} not found"
    if isinstance(error, FileNotFoundError):
        return f"program {call.argv[0]} not found"
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"{call.argv[0]}: {reason}"
