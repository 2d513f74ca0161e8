"""Logical databases of a shared Redis: claimed while empty, emptied and given back, never anybody else's."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from onward.errors import ServiceError
from onward.execute.services.redis.connection import Address, Call, connected

# After a crash of the whole machine a claim ends by itself; the database stays out of use while it is not empty.
_CLAIM_S = 24 * 3600
_MOST = 256


class DatabaseClaims:
    """What one run holds of a Redis server. DatabaseClaims are keys in the database that the server's address names.

    Every method raises OSError when the server does not answer.
    """

    def __init__(self, server: Address, label: str) -> None:
        self.server = server
        self._label = label

    def claim(self, wanted: int) -> tuple[int, ...]:
        """Claim so many empty databases; ServiceError when the server has no more, and then none is claimed."""
        claimed: list[int] = []
        try:
            with connected(self.server) as ledger:
                for number in count():
                    if len(claimed) == wanted:
                        break
                    if number != self.server.number and self._take(ledger, number):
                        claimed.append(number)
        except BaseException:
            self.release(claimed)
            raise
        return tuple(claimed)

    def release(self, numbers: Iterable[int]) -> None:
        """Empty the databases that this run still holds and give them back."""
        with connected(self.server) as ledger:
            for number in numbers:
                if ledger("GET", _key(number)) != self._label:
                    # The claim has ended and the database may be somebody else's by now.
                    continue
                with connected(self.server, number) as database:
                    database("FLUSHDB")
                ledger("DEL", _key(number))

    def release_all(self) -> None:
        """Give back everything that is claimed with this mark."""
        with connected(self.server) as ledger:
            values = ledger("MGET", *(_key(number) for number in range(_MOST)))
        held = values if isinstance(values, list) else []
        self.release(number for number, value in enumerate(held) if value == self._label)

    def _take(self, ledger: Call, number: int) -> bool:
        if ledger("SET", _key(number), self._label, "NX", "EX", str(_CLAIM_S)) is None:
            return False
        try:
            with connected(self.server, number) as database:
                if database("DBSIZE") == 0:
                    return True
        except ServiceError as error:
            ledger("DEL", _key(number))
            raise ServiceError(
                f"Redis at {self.server.shown} has no empty database left: {error.message}",
                hint="increase `databases` in its configuration, or flush unused databases",
            ) from error
        ledger("DEL", _key(number))
        return False


def _key(number: int) -> str:
    return f"onward:claim:{number}"
