"""Which provider a service comes from: the first in order that has the declared major version, else a near one."""

from __future__ import annotations

from collections.abc import Sequence

from onward.errors import OnwardError, ServiceError
from onward.execute.services.redis import sources as redis_sources
from onward.execute.services.supply import Offer, Provider, ServiceContext, Supply
from onward.model.pipeline import ServiceSpec


def open_supply(spec: ServiceSpec, context: ServiceContext, *, strict: bool) -> tuple[Supply, tuple[str, ...]]:
    """Open the best supply of `spec`; return it with notes on what was passed over.

    Raises ServiceError when no provider has it, and with `strict` when none has the declared major version.
    """
    return choose(spec, context, providers(spec, context), strict=strict)


def choose(
    spec: ServiceSpec, context: ServiceContext, providers: Sequence[Provider], *, strict: bool
) -> tuple[Supply, tuple[str, ...]]:
    """Choose among `providers`, as `open_supply` does among those of the service's kind."""
    return _Choice(spec, context, strict=strict).make(providers)


class _Choice:
    """One choice while it is being made."""

    def __init__(self, spec: ServiceSpec, context: ServiceContext, *, strict: bool) -> None:
        self._spec = spec
        self._context = context
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
                self._notes.append(f"{offer.provider}: {offer.detail} is a different major version")
                continue
            supply = self._open(offer)
            if supply is not None:
                return supply, (*self._notes, f"{self._spec.image} requested, using {offer.detail}")
        raise ServiceError(
            f"no provider for {self._spec.image}: {'; '.join(self._notes)}",
            where=f"services.{self._spec.name}",
            hint="`onward doctor` shows what this machine can provide and what to install",
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
        text = f"{offer.detail} is not the major version of {self._spec.image}"
        if self._strict:
            raise ServiceError(text, where=f"services.{self._spec.name}", hint="use a server of the declared version")
        self._notes.append(text)
        return True

    def _open(self, offer: Offer) -> Supply | None:
        try:
            return offer.open(self._spec)
        except OnwardError as error:
            if self._context.processes.interrupted:
                # Nothing that comes after could start either.
                raise
            self._notes.append(f"{offer.provider}: {error.message}")
            return None


def providers(spec: ServiceSpec, context: ServiceContext) -> tuple[Provider, ...]:
    """Return the sources of a kind of service, in their order of preference."""
    if spec.kind == "postgres":
        from onward.execute.services.postgres import sources as postgres_sources  # noqa: PLC0415  # psycopg only where a database is wanted

        return postgres_sources.providers(context)
    if spec.kind == "redis":
        return redis_sources.providers(context)
    raise ServiceError(f"unknown service kind {spec.kind}", where=f"services.{spec.name}")
