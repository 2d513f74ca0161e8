"""PostgreSQL for the length of a run: one server, a database of its own for each step and each worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from onward.execute.services.postgres.databases import Address, Databases
from onward.execute.services.supply import Leased
from onward.model.evidence import ServiceUse
from onward.model.pipeline import ServiceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A running server. `ended` tells how it died, None while it runs; `stop` ends what onward started."""

    spec: ServiceSpec
    provider: str
    databases: Databases
    version: str
    ended: Callable[[], str | None]
    stop: Callable[[], None]
    log: Path | None = None
    secrets: tuple[str, ...] = ()

    @property
    def server(self) -> Address:
        """Where it listens."""
        return self.databases.server

    @contextmanager
    def lease(self, workers: int) -> Iterator[Leased]:
        """Yield empty databases for one step and its workers; ServiceError when they cannot be made."""
        names: list[str] = []
        try:
            names.extend(self.databases.create() for _ in range(workers + 1))
            urls = tuple(self.server.database(name, self.spec.scheme) for name in names)
            yield self._leased(urls, names[0])
        finally:
            # A server that is gone has taken its databases along; `ended` tells the step.
            with suppress(psycopg.Error):
                self.databases.drop(*names)

    def close(self) -> None:
        """Stop the server, or leave a foreign one as it was."""
        self.stop()

    def _leased(self, urls: tuple[str, ...], database: str) -> Leased:
        at = (("host", self.server.host), ("port", self.server.port))
        return Leased(
            name=self.spec.name,
            spec=self.spec,
            url=urls[0],
            worker_urls=urls[1:],
            use=ServiceUse(
                name=self.spec.name, asked=self.spec.image, ran=f"PostgreSQL {self.version}", provider=self.provider
            ),
            error=self.ended,
            log=self.log,
            facts=(*at, ("database", database), ("version", self.version)),
            secrets=self.secrets,
        )
