"""Where PostgreSQL can come from, in order: an address, Docker, programs on the machine, embedded programs."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import psycopg

from onward.errors import ServiceError
from onward.execute.process.wait import await_answer
from onward.execute.services import containers, embedded, external, installed
from onward.execute.services.postgres import cluster, databases
from onward.execute.services.postgres.cluster_template import Programs
from onward.execute.services.postgres.databases import Address, Databases
from onward.execute.services.postgres.postgres import Postgres
from onward.execute.services.supply import Offer, Provider, ServiceContext
from onward.model.pipeline import ServiceSpec

_PORT = 5432
_CONTAINER_START_S = 60.0


def providers(context: ServiceContext) -> tuple[Provider, ...]:
    """Return the providers of PostgreSQL, the preferred one first."""
    return (External(context), Container(context), Machine(context), Embedded(context), Wheel(context))


@dataclass(frozen=True, slots=True)
class External:
    """The server that the user gave by ONWARD_POSTGRES_URL."""

    context: ServiceContext
    name: str = external.PROVIDER

    def offers(self, _: ServiceSpec) -> tuple[Offer, ...]:
        """Return the server when it answers; nothing when no address is given."""
        url = self.context.environ.get(external.POSTGRES, "")
        if not url:
            return ()
        external.check_scheme(external.POSTGRES, url, ("postgresql", "postgres"))
        server = Address(url)
        version = databases.version(server)
        if version is None:
            raise ServiceError(
                f"{external.POSTGRES} ({server.shown}): {databases.connection_error(server)}", where=external.POSTGRES
            )
        return (
            Offer(
                provider=self.name,
                detail=f"PostgreSQL {version} at {server.shown}",
                major=version.partition(".")[0],
                open=lambda spec: self._open(spec, server, version),
                chosen=True,
            ),
        )

    def _open(self, spec: ServiceSpec, server: Address, version: str) -> Postgres:
        at = f"postgresql://{server.shown}"
        for left in external.left_by_the_dead(self.context, at):
            Databases(server, left.label).drop_all()
        resource = external.share(self.context, spec, at)
        own = Databases(server, resource.label)

        def stop() -> None:
            # A server that does not answer keeps what we made; it stays written down for the next run.
            with suppress(psycopg.Error):
                own.drop_all()
                self.context.owned.forget(resource)

        try:
            own.make_template(spec.extensions, f"{version} at {server.shown}")
        except BaseException:
            stop()
            raise
        return Postgres(
            spec=spec,
            provider=self.name,
            databases=own,
            version=version,
            ended=lambda: databases.connection_error(server) or None,
            stop=stop,
            secrets=server.secrets,
        )


@dataclass(frozen=True, slots=True)
class Container:
    """The official image under a local Docker engine."""

    context: ServiceContext
    name: str = containers.PROVIDER

    def offers(self, spec: ServiceSpec) -> tuple[Offer, ...]:
        """Return the declared image when an engine answers; ServiceError says why not."""
        return containers.offers(self.context, spec, self._open)

    def _open(self, spec: ServiceSpec) -> Postgres:
        container = containers.Container(self.context, spec)
        try:
            return self._start(container, spec)
        except BaseException:
            container.clear()
            raise

    def _start(self, container: containers.Container, spec: ServiceSpec) -> Postgres:
        password = secrets.token_hex(16)
        words = ("postgres", *cluster.words(cluster.SETTINGS))
        port = container.start(_PORT, words, {"POSTGRES_USER": "onward", "POSTGRES_PASSWORD": password})
        own = Databases(databases.address(port, password), container.label)
        await_answer(
            lambda: databases.version(own.server) is not None,
            container.ended,
            limit_s=_CONTAINER_START_S,
            what=spec.image,
        )
        own.make_template(spec.extensions, f"in the image {spec.image}")
        return Postgres(
            spec=spec,
            provider=self.name,
            databases=own,
            version=databases.version(own.server) or spec.version,
            ended=container.ended,
            stop=container.clear,
            log=container.log,
        )


@dataclass(frozen=True, slots=True)
class Machine:
    """PostgreSQL's programs as the machine has them."""

    context: ServiceContext
    name: str = "machine"

    def offers(self, _: ServiceSpec) -> tuple[Offer, ...]:
        """Return one offer for each version that is installed."""
        folders = installed.postgres_folders(self.context.environ)
        found = installed.versions(folder / "postgres" for folder in folders)
        return tuple(self._offer(Programs(folder=program.parent, version=version)) for program, version in found)

    def _offer(self, programs: Programs) -> Offer:
        return Offer(
            provider=self.name,
            detail=f"PostgreSQL {programs.version} in {programs.folder}",
            major=programs.major,
            open=partial(cluster.start, self.context, programs=programs, provider=self.name),
        )


@dataclass(frozen=True, slots=True)
class Embedded:
    """PostgreSQL's programs from the npm registry, in the declared major version."""

    context: ServiceContext
    name: str = "embedded"

    def offers(self, spec: ServiceSpec) -> tuple[Offer, ...]:
        """Return the pinned release of the declared major; it is fetched when it is opened."""
        pinned = embedded.postgres(spec.version.partition(".")[0])
        version = pinned.version.partition("-")[0]
        return (
            Offer(
                provider=self.name,
                detail=f"PostgreSQL {version} from npm",
                major=version.partition(".")[0],
                open=lambda spec: self._open(spec, pinned),
            ),
        )

    def _open(self, spec: ServiceSpec, pinned: embedded.Pinned) -> Postgres:
        folder = embedded.postgres_programs(self.context, pinned)
        version = installed.program_version(folder / "postgres")
        return cluster.start(self.context, spec, Programs(folder=folder, version=version), self.name)


@dataclass(frozen=True, slots=True)
class Wheel:
    """PostgreSQL's programs from a wheel that has pgvector and two majors only: the last choice."""

    context: ServiceContext
    name: str = "wheel"

    def offers(self, spec: ServiceSpec) -> tuple[Offer, ...]:
        """Return what the wheel has, the declared major first; it is fetched when it is opened. Nothing for root."""
        embedded.check_wheel()
        return tuple(
            Offer(
                provider=self.name,
                detail=f"PostgreSQL {major} from a wheel",
                major=major,
                open=partial(self._open, major=major),
            )
            for major in sorted(embedded.WHEEL_MAJORS, key=lambda major: major != spec.version.partition(".")[0])
        )

    def _open(self, spec: ServiceSpec, major: str) -> Postgres:
        folder = embedded.wheel_programs(self.context, major)
        version = installed.program_version(folder / "postgres")
        return cluster.start(self.context, spec, Programs(folder=folder, version=version), self.name)
