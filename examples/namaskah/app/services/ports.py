"""What the services need from the outside world; adapters fulfil it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Callable, Optional, Protocol

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Limit:
    """At most `requests` within any window of `seconds`."""

    requests: int
    seconds: int


@dataclass(frozen=True)
class Decision:
    """Whether a request is within its limit, and if not, in how many seconds it would be."""

    allowed: bool
    retry_after: int = 0


class RateLimiter(Protocol):
    """Counts requests; raises RateLimiterUnavailable when it cannot."""

    def hit(self, key: str, limit: Limit) -> Decision:
        """Count one request under the key, unless the limit is reached."""


class ActivationStatus(str, Enum):
    """What the provider says about a rented number."""

    WAITING = "waiting"
    RECEIVED = "received"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Activation:
    """A number rented from the provider."""

    id: str
    phone_number: str
    status: ActivationStatus
    code: Optional[str] = None


class SmsProvider(Protocol):
    """Rents phone numbers; every call raises ProviderUnavailable when there is no usable answer."""

    def rent(self, service: str, country: str, *, reference: str) -> Activation:
        """Rent a number; the same reference never rents a second one. Raises NoNumberAvailable."""

    def look(self, activation_id: str) -> Activation:
        """The activation as it is now."""

    def cancel(self, activation_id: str) -> Activation:
        """Give the number back; an activation that received its code stays received."""


class Passwords(Protocol):
    """Turns passwords into something that may be stored."""

    def hash(self, password: str) -> str:
        """A salted hash that carries its own parameters."""

    def verify(self, stored: Optional[str], password: str) -> bool:
        """Whether the password fits; takes as long when there is nothing stored."""

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with parameters other than today's."""
