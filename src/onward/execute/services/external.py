"""Servers whose address the user gave: shared with others, so nothing is touched but what this run has made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from onward.errors import ServiceError
from onward.execute.cleanup.owned import Belonging, forget, orphans
from onward.execute.services.supply import Site
from onward.model.pipeline import ServiceSpec

POSTGRES = "ONWARD_POSTGRES_URL"
REDIS = "ONWARD_REDIS_URL"
PROVIDER = "address"


def share(site: Site, spec: ServiceSpec, address: str) -> Belonging:
    """Write down that this run has a share of the server at `address`, and return it."""
    return site.belongings.keep(replace(site.belongings.begin(spec.name, PROVIDER), address=address))


def left_by_the_dead(site: Site, address: str) -> Iterator[Belonging]:
    """Yield the shares that dead runs left on the server; each is forgotten when the next one is asked for."""
    for belonging in orphans(site.places):
        if belonging.address == address:
            yield belonging
            forget(site.places, belonging)


def check_scheme(variable: str, url: str, schemes: tuple[str, ...]) -> None:
    """Raise ServiceError unless the URL has one of `schemes`, driver suffixes ("+psycopg") aside."""
    if url.partition("://")[0].partition("+")[0] not in schemes:
        raise ServiceError(f"{variable} does not begin with {schemes[0]}://", where=variable)
