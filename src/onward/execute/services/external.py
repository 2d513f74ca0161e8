"""Servers whose address the user gave: shared with others, so nothing is touched but what this run has made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote, unquote_plus, urlsplit

from onward.errors import ServiceError
from onward.execute.cleanup.owned import OwnedResource, forget, orphans
from onward.execute.services.supply import ServiceContext
from onward.model.pipeline import ServiceSpec

POSTGRES = "ONWARD_POSTGRES_URL"
REDIS = "ONWARD_REDIS_URL"
PROVIDER = "address"
_SECRET = frozenset({"password", "sslpassword", "ssl_password"})


def share(context: ServiceContext, spec: ServiceSpec, address: str) -> OwnedResource:
    """Write down that this run has a share of the server at `address`, and return it."""
    return context.owned.keep(replace(context.owned.begin(spec.name), address=address))


def left_by_the_dead(context: ServiceContext, address: str) -> Iterator[OwnedResource]:
    """Yield the shares that dead runs left on the server; each is forgotten when the next one is asked for."""
    for resource in orphans(context.places):
        if resource.address == address:
            yield resource
            forget(context.places, resource)


def check_scheme(variable: str, url: str, schemes: tuple[str, ...]) -> None:
    """Raise ServiceError unless the URL has one of `schemes`, driver suffixes ("+psycopg") aside."""
    if url.partition("://")[0].partition("+")[0] not in schemes:
        raise ServiceError(f"{variable} does not begin with {schemes[0]}://", where=variable)


def passwords(url: str) -> tuple[str, ...]:
    """Return the passwords in a URL, before its host and among its parameters, as written and as meant."""
    parts = urlsplit(url)
    pairs = (pair.partition("=")[::2] for pair in parts.query.split("&"))
    written = (parts.password, *(value for name, value in pairs if name in _SECRET))
    return tuple(dict.fromkeys(form for one in written if one for form in (one, unquote(one), unquote_plus(one))))
