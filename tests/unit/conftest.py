"""Unit tests know no network: whatever leads away from this machine fails the test that does it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest


def is_here(host: str | bytes | None) -> bool:
    """Return whether a host is this machine's own, so that asking for it or going there needs no network."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


def refuse(where: object) -> None:
    # not an OSError: the code under test would take that for a network that is down, and go on
    pytest.fail(f"a unit test reaches for the network: {where}")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse connections and look-ups other than to this machine, for everything in the tests' own process."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    getaddrinfo = socket.getaddrinfo

    def checked(given: socket.socket, address: Any) -> None:
        if given.family != socket.AF_UNIX and not is_here(address[0]):
            refuse(address)

    def guarded_connect(self: socket.socket, address: Any) -> None:
        checked(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        checked(self, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *more: Any, **named: Any) -> Any:
        if not is_here(host):
            refuse(host)
        return getaddrinfo(host, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield
