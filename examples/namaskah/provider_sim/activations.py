"""Rented numbers, in memory."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, replace
from typing import Callable, Dict, Optional

WAITING, RECEIVED, CANCELLED = "waiting", "received", "cancelled"

SOLD_OUT = "ZZ"
SILENT = "XX"


@dataclass(frozen=True)
class Activation:
    """A number rented under the client's reference; no `due` means that no code ever comes."""

    id: str
    reference: str
    phone_number: str
    due: Optional[float]
    status: str = WAITING
    code: Optional[str] = None


class Activations:
    """Deterministic: the n-th number has the n-th code, which arrives `delay` seconds after renting."""

    def __init__(self, delay: float, clock: Callable[[], float]) -> None:
        self._delay = delay
        self._clock = clock
        self._numbers = itertools.count(1)
        self._by_id: Dict[str, Activation] = {}
        self._by_reference: Dict[str, str] = {}
        self._lock = threading.Lock()

    def rent(self, country: str, reference: str) -> Optional[Activation]:
        """A number, or None where none is left; a repeated reference gets what it got before."""
        with self._lock:
            if reference in self._by_reference:
                return self._current(self._by_reference[reference])
            if country == SOLD_OUT:
                return None
            number = next(self._numbers)
            due = None if country == SILENT else self._clock() + self._delay
            activation = Activation(f"act-{number}", reference, f"+1555{number:07d}", due)
            self._by_reference[reference] = activation.id
            self._by_id[activation.id] = activation
            return self._current(activation.id)

    def look(self, activation_id: str) -> Optional[Activation]:
        """The activation as it is now, or None."""
        with self._lock:
            return self._current(activation_id)

    def cancel(self, activation_id: str) -> Optional[Activation]:
        """Give a waiting number back; a code that has arrived stays."""
        with self._lock:
            activation = self._current(activation_id)
            if activation is None or activation.status != WAITING:
                return activation
            self._by_id[activation_id] = replace(activation, status=CANCELLED)
            return self._by_id[activation_id]

    def _current(self, activation_id: str) -> Optional[Activation]:
        activation = self._by_id.get(activation_id)
        if activation is None or activation.status != WAITING or activation.due is None:
            return activation
        if self._clock() < activation.due:
            return activation
        number = int(activation_id.split("-")[1])
        self._by_id[activation_id] = replace(activation, status=RECEIVED, code=f"{(number * 7919) % 1_000_000:06d}")
        return self._by_id[activation_id]
