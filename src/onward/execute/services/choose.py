"""Which provider a service comes from: the first in order that has the declared major version, else a near one."""

from __future__ import annotations

from collections.abc import Sequence

from onward.errors import OnwardError, ServiceError
from onward.execute.services.redis import sources as redis_sources
from onward.execute.services.supply import Offer, Provider, ServiceContext, Supply
from onward.model.pipeline import ServiceSpec


def open_supply(spec: ServiceSpec, site: ServiceContext, *, strict: bool) -> tuple[Supply, tuple[str, ...]]:
    """Open the best supply of `spec`; return it with notes on what was passed over.

    Raises ServiceError when no provider has it, and with `strict` when none has the declared major version.
    """
    return choose(spec, site, providers(spec, site), strict=strict)


def choose(
    spec: ServiceSpec, site: ServiceContext, providers: Sequence[Provider], *, strict: bool
) -> tuple[Supply, tuple[str, ...]]:
    """Choose among `providers`, as `open_supply` does among those of the service's kind."""
    return _Choice(spec, site, strict=strict).make(providers)


class _Choice:
    """One choice while it is being made."""

    def __init__(self, spec: ServiceSpec, site: ServiceContext, *, strict: bool) -> None:
        self._spec = spec
        self._site = site
        self._strict = strict
        self._notes: list[str] = []

    def make(self, providers: Sequence[Provider]) -> tuple[Supply, tuple[str, ...]]:
        near: list[Offer] = []
        for provider in providers:
            for offer in self._offers(provider):
                if not self._fits(offer):
                    near.append(offer)
                    continue
                supply = self._open(offer)
                if supply is not None:
                    return supply, tuple(self._notes)
        return self._make_do(near)

    def _make_do(self, near: list[Offer]) -> tuple[Supply, tuple[str, ...]]:
        for offer in near:
            if self._strict:
                self._notes.append(f"{offer.provider}: {offer.detail} is another major version")
                continue
            supply = self._open(offer)
            if supply is not None:
                return supply, (*self._notes, f"{self._spec.image} was asked for, and {offer.detail} is what there is")
        raise ServiceError(
            f"{self._spec.image} cannot be had: {'; '.join(self._notes)}",
            where=f"services.{self._spec.name}",
            hint="`onward doctor` says what this machine can provide and how to get more",
        )

    def _offers(self, provider: Provider) -> tuple[Offer, ...]:
        try:
            return provider.offers(self._spec)
        except OnwardError as error:
            self._notes.append(f"{provider.name}: {error.message}")
            return ()

    def _fits(self, offer: Offer) -> bool:
        if offer.major == self._spec.version.partition(".")[0]:
            return True
        if not offer.chosen:
            return False
        # The user named this very server, so nothing else is started in its place.
        text = f"{offer.detail} is another major version than {self._spec.image}"
        if self._strict:
            raise ServiceError(text, where=f"services.{self._spec.name}", hint="give a server of the declared version")
        self._notes.append(text)
        return True

    def _open(self, offer: Offer) -> Supply | None:
        try:
            return offer.open(self._spec)
        except OnwardError as error:
            if self._site.processes.interrupted:
                # Nothing that comes after could start either.
                raise
            self._notes.append(f"{offer.provider}: {error.message}")
            return None


def providers(spec: ServiceSpec, site: ServiceContext) -> tuple[Provider, ...]:
    """Return the sources of a kind of service, in their order of preference."""
    if spec.kind == "postgres":
        from onward.execute.services.postgres import sources as postgres_sources  # noqa: PLC0415  # psycopg only where a database is wanted

        return postgres_sources.providers(site)
    if spec.kind == "redis":
        return redis_sources.providers(site)
    raise ServiceError(f"onward does not know a service of the kind {spec.kind}", where=f"services.{spec.name}")
