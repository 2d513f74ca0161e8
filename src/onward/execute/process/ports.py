"""Free ports on the loopback address."""

from __future__ import annotations

import socket

from onward.errors import ServiceError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a TCP port on which nobody listens at this moment; somebody may before it is used.

    ServiceError when the system has none left.
    """
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, 0))
        except OSError as error:
            raise ServiceError(
                f"no free port on {LOOPBACK}: {error.strerror}",
                hint="list used ports with `ss -tln`, or set ONWARD_POSTGRES_URL and ONWARD_REDIS_URL to running servers",
            ) from error
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Return whether somebody listens on the loopback `port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
