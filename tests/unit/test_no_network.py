"""The guard around unit tests itself."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

Refused = pytest.fail.Exception


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 80)])
def test_a_connection_away_from_this_machine_fails_the_test(address: tuple[str, int]) -> None:
    with pytest.raises(Refused, match="network"), socket.create_connection(address, timeout=1):
        pass
    with socket.socket() as sock, pytest.raises(Refused, match="network"):
        sock.connect_ex(address)


def test_a_look_up_fails_the_test() -> None:
    with pytest.raises(Refused, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_this_machine_may_be_reached(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2]) as ours:
        assert ours.getpeername() == server.getsockname()
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)
