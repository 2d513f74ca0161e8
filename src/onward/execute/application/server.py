"""One server of the project from its start until all of it is gone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from onward.errors import ServiceError
from onward.execute.application.health import ask, await_healthy
from onward.execute.process.ports import LOOPBACK
from onward.execute.process.processes import Call, Ended, Handle, Processes
from onward.execute.process.wait import with_tail
from onward.model.application import Server

_STOP_S = 5.0
_LAST_MOMENTS_S = 1.0
_OWNERSHIP_S = 3.0
_PAUSE_S = 0.02
_LOG_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Everything that a server is started with; tokens are replaced already, by `values`."""

    spec: Server
    argv: tuple[str, ...]
    env: Mapping[str, str]
    tree: Path
    log: Path
    port: int
    values: Mapping[str, str]


class ServerRun:
    """One server. `pid` leads its process group; `seen` says how it became healthy."""

    def __init__(self, launch: Launch, processes: Processes) -> None:
        self.spec = launch.spec
        self.log = launch.log
        self.url = f"http://{LOOPBACK}:{launch.port}"
        self.seen = ""
        self._launch = launch
        self._processes = processes
        self._handle: Handle | None = None

    @property
    def pid(self) -> int:
        """The process that was started."""
        return self._handle.pid if self._handle else 0

    def start(self) -> None:
        """Start it and wait until it is healthy. Raises ServiceError, which says what was seen."""
        launch = self._launch
        call = Call(argv=launch.argv, cwd=launch.tree, env=launch.env, log=launch.log, cap_bytes=_LOG_BYTES)
        started = self._processes.start(call)
        if isinstance(started, Ended):
            raise ServiceError(
                f"cannot start {self.spec.name}: {started.text or started.outcome}",
                where=self._where,
                hint="check that project.deployed-requirements installs the program",
            )
        self._handle = started
        try:
            words = await_healthy(launch.port, self.spec.health, self.ended, limit_s=self.spec.start_timeout_s)
        except ServiceError as error:
            text = error.message if self.ended() else with_tail(error.message, self.log)
            raise ServiceError(f"{self.spec.name}: {text}", where=self._where, hint=error.hint) from error
        self.seen = words + self._await_ownership()

    def ended(self) -> str | None:
        """Return how it ended and the last lines of its log, None while it runs."""
        ended = self._handle.ended if self._handle is not None else None
        return None if ended is None else with_tail(ended.text or ended.outcome, self.log)

    def death(self) -> str | None:
        """Return how it died, None while it lives. One that drops connections is given a moment to be gone.

        A client may have noticed and ended before the system has; a server that is merely slow is not dead.
        """
        end = self.ended()
        if end is None and (seen := ask(self._launch.port, self.spec.health)).is_gone:
            until = time.monotonic() + _LAST_MOMENTS_S
            while (end := self.ended()) is None and time.monotonic() < until:
                time.sleep(_PAUSE_S)
            end = end or with_tail(f"{seen.seen} at {self.spec.health.path}", self.log)
        return end

    def stop(self) -> None:
        """End its whole process group; what ignores its signal is killed. Repeatable."""
        if self._handle is not None:
            self._handle.stop(_STOP_S, first=self.spec.stop_signal)

    @property
    def _where(self) -> str:
        return "application" if self.spec.name == "application" else f"application.companions.{self.spec.name}"

    def _await_ownership(self) -> str:
        """Wait until a process of its own listens; return a remark when none does, ServiceError when it ends instead.

        Whoever took the port in the last moment may answer like the application before that has found out.
        """
        until = time.monotonic() + _OWNERSHIP_S
        while (listens := self._listens()) is False and time.monotonic() < until:
            end = self.ended()
            if end is not None:
                raise ServiceError(
                    f"{self.spec.name}: another process answers on its port, and it exited: {end}", where=self._where
                )
            time.sleep(_PAUSE_S)
        return "; a process that it did not start serves the port" if listens is False else ""

    def _listens(self) -> bool | None:
        """Return whether one of its own processes listens on the port, None when the system does not tell."""
        try:
            leader = psutil.Process(self.pid)
            family = (leader, *leader.children(recursive=True))
            ports = {one.laddr.port for member in family for one in member.net_connections() if one.status == "LISTEN"}
        except (psutil.Error, OSError):
            # Not allowed to look, or one of the family has just ended.
            return None if self.ended() is None else False
        return self._launch.port in ports
