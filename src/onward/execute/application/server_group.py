"""The application and its companions as one step has them: prepared, started in order, ended in reverse."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from onward.errors import ServiceError
from onward.execute.application.server import Launch, ServerRun
from onward.execute.process import ports
from onward.execute.process.group import end_processes_with_marker
from onward.execute.process.processes import Call, Processes
from onward.execute.process.wait import with_tail
from onward.model.application import SERVICE, TOKEN, Application, Server
from onward.model.evidence import Reason, ServiceUse

_TRIES = 3
_PORTS = 10
_VARIABLE = "ONWARD_APPLICATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppEnvironment:
    """Where an application runs: `env` holds everything but what it declares itself, `secrets` its made-up values.

    Logs are written to `logs` under names that begin with `name`. `free_port` is asked for each server.
    """

    name: str
    tree: Path
    logs: Path
    env: Mapping[str, str]
    processes: Processes
    python: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    free_port: Callable[[], int] = ports.free_port


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerGroup:
    """Everything that runs for one step."""

    app_env: AppEnvironment
    spec: Application
    servers: tuple[ServerRun, ...]

    @property
    def tokens(self) -> dict[str, str]:
        """What commands of the step may name: {application.url}, .pid and .log, and the same of each companion."""
        found: dict[str, str] = {}
        for server in self.servers:
            found |= {
                f"{server.spec.name}.url": server.url,
                f"{server.spec.name}.pid": str(server.pid),
                f"{server.spec.name}.log": str(server.log),
            }
        return found

    @property
    def uses(self) -> tuple[ServiceUse, ...]:
        """What ran, for the evidence."""
        return tuple(self._use(server) for server in self.servers)

    def error(self) -> Reason | None:
        """Return why the step's result cannot be believed: one of the servers has died; None when all still run."""
        for server in self.servers:
            end = server.death()
            if end is not None:
                return Reason(code="service", text=f"{self._called(server)} died during the step: {end}")
        return None

    def _use(self, server: ServerRun) -> ServiceUse:
        command = " ".join(server.spec.command)
        notes = (f"{self._called(server)}: {server.spec.health.path} answered {server.seen}",)
        return ServiceUse(
            name=self._called(server),
            asked=command,
            ran=f"{command} (Python {self.app_env.python})",
            provider="project",
            notes=notes,
        )

    def _called(self, server: ServerRun) -> str:
        return self.app_env.name if server.spec.name == SERVICE else f"{self.app_env.name}: {server.spec.name}"


def made_up(spec: Application) -> dict[str, str]:
    """Return a fresh value for each secret that the application names."""
    return {name: secrets.token_urlsafe(32) for name in sorted(spec.secrets)}


@contextmanager
def running_group(spec: Application, app_env: AppEnvironment) -> Iterator[ServerGroup]:
    """Prepare and start the application; everything that it started is gone afterwards. Raises ServiceError."""
    mark = secrets.token_hex(8)
    marked = {**app_env.env, _VARIABLE: mark}
    servers: list[ServerRun] = []
    try:
        _start(spec, app_env, marked, servers)
        yield ServerGroup(app_env=app_env, spec=spec, servers=tuple(servers))
    finally:
        _stop(servers)
        # What left the process group (a daemon, a worker with a session of its own) still carries the mark.
        end_processes_with_marker(f"{_VARIABLE}={mark}")


def _start(spec: Application, app_env: AppEnvironment, env: Mapping[str, str], servers: list[ServerRun]) -> None:
    """Start all of them, on other ports where somebody was faster."""
    for tries_left in reversed(range(_TRIES)):
        launches = _launches(spec, app_env, env)
        if tries_left == _TRIES - 1:
            _prepare(spec, app_env, launches[-1])
        try:
            for launch in launches:
                servers.append(ServerRun(launch, app_env.processes))
                servers[-1].start()
        except ServiceError:
            _stop(servers)
            servers.clear()
            if not tries_left or not any(ports.is_taken(launch.port) for launch in launches):
                raise
        else:
            return


def _stop(servers: list[ServerRun]) -> None:
    for server in reversed(servers):
        server.stop()


def _prepare(spec: Application, app_env: AppEnvironment, launch: Launch) -> None:
    """Run what prepares the application, in order, with its own variables."""
    for words in spec.prepare:
        argv = tuple(expand(word, launch.values) for word in words)
        call = Call(argv=argv, cwd=app_env.tree, env=launch.env, log=launch.log, timeout_s=spec.prepare_timeout_s)
        ended = app_env.processes.run(call)
        if ended.exit != 0:
            said = with_tail(ended.text or ended.outcome, launch.log)
            raise ServiceError(
                f"cannot prepare the application: {' '.join(words)} ended with {said}",
                where="application.prepare",
                hint="run the command by hand against an empty database of the declared version",
            )


def _launches(spec: Application, app_env: AppEnvironment, env: Mapping[str, str]) -> tuple[Launch, ...]:
    given = {server.name: _free_port(app_env) for server in spec.servers}
    urls = {f"{name}.url": f"http://{ports.LOOPBACK}:{port}" for name, port in given.items()}
    announced = {server.variable: urls[f"{server.name}.url"] for server in spec.companions if server.variable}
    made_up = {f"secret:{name}": value for name, value in app_env.secrets.items()}
    shared = {**made_up, **urls, "host": ports.LOOPBACK}
    return tuple(
        _launch(server, app_env, {**env, **announced}, {**shared, "port": str(given[server.name])})
        for server in spec.servers
    )


def _free_port(app_env: AppEnvironment) -> int:
    """Return a port on which nobody listens; what comes in the last moment is found out when the server starts."""
    candidates = (app_env.free_port() for _ in range(_PORTS))
    port = next((port for port in candidates if not ports.is_taken(port)), None)
    if port is None:
        raise ServiceError(f"no free port found in {_PORTS} attempts", where="application")
    return port


def _launch(server: Server, app_env: AppEnvironment, env: Mapping[str, str], values: Mapping[str, str]) -> Launch:
    own = {name: expand(text, values) for name, text in server.environment}
    suffix = "" if server.name == SERVICE else f"-{server.name}"
    return Launch(
        spec=server,
        argv=tuple(expand(word, values) for word in server.command),
        env={**env, **own},
        tree=app_env.tree,
        log=app_env.logs / f"{app_env.name}{suffix}.log",
        port=int(values["port"]),
        values=values,
    )


def expand(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with the tokens that have a value replaced."""
    return TOKEN.sub(lambda match: values.get(match.group(1), match.group(0)), text)
