"""Which provider a service comes from: the first in order that has the declared major version, else a near one."""

from __future__ import annotations

from collections.abc import Iterator

from pawl.errors import PawlError, ServiceError
from pawl.execute.services import redis_sources
from pawl.execute.services.supply import Offer, Provider, Site, Supply
from pawl.model.pipeline import ServiceSpec


def open_supply(spec: ServiceSpec, site: Site, *, strict: bool) -> tuple[Supply, tuple[str, ...]]:
    """Open the best supply of `spec`; return it with notes on what was passed over.

    Raises ServiceError when no provider has it, and with `strict` when none has the declared major version.
    """
    notes: list[str] = []
    offers = tuple(_gather(_providers(spec, site), spec, notes))
    fitting = [offer for offer in offers if not offer.major or offer.major == spec.version.partition(".")[0]]
    near = [offer for offer in offers if offer not in fitting]
    if strict:
        notes += [f"{offer.provider}: {offer.detail} is not {spec.image}, which this profile demands" for offer in near]
        near = []
    for offer in (*fitting, *near):
        try:
            supply = offer.open()
        except PawlError as error:
            notes.append(f"{offer.provider}: {error.message}")
            continue
        return supply, tuple(notes)
    raise ServiceError(
        f"{spec.image} cannot be had: {'; '.join(notes)}",
        where=f"services.{spec.name}",
        hint="`pawl doctor` says what this machine can provide and how to get more",
    )


def _gather(sources: tuple[Provider, ...], spec: ServiceSpec, notes: list[str]) -> Iterator[Offer]:
    for source in sources:
        try:
            yield from source.offers(spec)
        except PawlError as error:
            notes.append(f"{source.name}: {error.message}")


def _providers(spec: ServiceSpec, site: Site) -> tuple[Provider, ...]:
    if spec.kind == "postgres":
        from pawl.execute.services import postgres_sources  # noqa: PLC0415  # psycopg only where a database is asked for

        return postgres_sources.providers(site)
    if spec.kind == "redis":
        return redis_sources.providers(site)
    raise ServiceError(f"pawl does not know a service of the kind {spec.kind}", where=f"services.{spec.name}")
