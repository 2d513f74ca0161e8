"""A service in a container of the local Docker engine: labelled, published on the loopback address only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from onward.errors import ServiceError
from onward.execute.docker import engine
from onward.execute.process.ports import LOOPBACK
from onward.execute.process.processes import Call, Ended, Handle
from onward.execute.process.wait import with_tail
from onward.execute.services.supply import Offer, ServiceContext, Supply
from onward.model.pipeline import ServiceSpec

PROVIDER = "docker"


def offers(context: ServiceContext, spec: ServiceSpec, start: Callable[[ServiceSpec], Supply]) -> tuple[Offer, ...]:
    """Return the declared image as an offer; ServiceError when Docker cannot be used."""
    why = engine.unavailable(context.environ)
    if why:
        raise ServiceError(why)
    major = spec.version.partition(".")[0]
    return (Offer(provider=PROVIDER, detail=f"the image {spec.image}", major=major, open=start),)


class Container:
    """One container for the length of a run or of a step."""

    def __init__(self, context: ServiceContext, spec: ServiceSpec) -> None:
        self._context = context
        self._image = spec.image
        self._resource = replace(context.owned.begin(spec.name), container=True)
        self._follower: Handle | None = None
        self._id = ""
        self.label = self._resource.label
        self.log = context.log(self._resource.id)

    def start(self, port: int, words: tuple[str, ...], secrets: Mapping[str, str]) -> int:
        """Run the image with `words`; return the loopback port that its `port` is published on. Raises ServiceError.

        `secrets` become variables inside it; their values appear in no argument list.
        """
        self._context.owned.keep(self._resource)
        engine.fetch(self._image, self._context.environ)
        run = (
            "run",
            "--detach",
            "--label",
            f"onward.run={self._context.run_dir.name}",
            "--label",
            f"{engine.LABEL}={self.label}",
        )
        names = (word for name in secrets for word in ("--env", name))
        self._id = self._ask(
            (*run, "--publish", f"{LOOPBACK}::{port}", *names, self._image, *words), engine.RUN_S, secrets
        )
        self._follow()
        published = self._ask(("port", self._id, str(port)), engine.ASK_S)
        return int(published.splitlines()[0].rpartition(":")[2])

    def ended(self) -> str | None:
        """Return how the container ended, None while it runs."""
        words = ("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", self._id)
        # A busy engine is no dead container: it has as long to answer as it has to start one.
        code, output, errors = engine.ask(words, engine.environment(self._context.environ), engine.RUN_S)
        if code != 0:
            return engine.last_line(errors)
        status, _, exit_code = output.decode().strip().partition(" ")
        return None if status in {"created", "running"} else with_tail(f"{status} with exit code {exit_code}", self.log)

    def clear(self) -> None:
        """Remove the container and its volumes. Repeatable."""
        gone = engine.remove(self.label, engine.environment(self._context.environ))
        if self._follower is not None:
            self._follower.stop(1)
        if gone:
            self._context.owned.forget(self._resource)

    def _follow(self) -> None:
        call = Call(
            argv=("docker", "logs", "--follow", self._id),
            cwd=Path("/"),
            env=engine.environment(self._context.environ) | self._context.server_environment(),
            log=self.log,
        )
        started = self._context.processes.start(call)
        if isinstance(started, Ended):
            raise ServiceError(f"cannot follow the container's log: {started.text or started.outcome}")
        self._follower = started

    def _ask(self, words: tuple[str, ...], timeout_s: float, secrets: Mapping[str, str] | None = None) -> str:
        code, output, errors = engine.ask(
            words, {**engine.environment(self._context.environ), **(secrets or {})}, timeout_s
        )
        if code != 0:
            raise ServiceError(f"docker {words[0]} {self._image} failed: {engine.last_line(errors)}")
        return output.decode().strip()
