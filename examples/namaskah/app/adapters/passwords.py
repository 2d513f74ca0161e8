"""Passwords are stored as argon2id hashes."""

from __future__ import annotations

from typing import Optional

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.config import Settings


class Argon2Passwords:
    """Hashes and verifies with the configured cost."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._nobody = hasher.hash("a password that nobody has")

    def hash(self, password: str) -> str:
        """A salted hash that carries its own parameters."""
        return self._hasher.hash(password)

    def verify(self, stored: Optional[str], password: str) -> bool:
        """Whether the password fits.

        Without a stored hash the same work is done, so that time does not tell which accounts exist.
        """
        try:
            fits = self._hasher.verify(self._nobody if stored is None else stored, password)
        except (VerificationError, InvalidHashError):
            return False
        return fits and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with parameters other than today's."""
        return self._hasher.check_needs_rehash(stored)


def build_passwords(settings: Settings) -> Argon2Passwords:
    """The configured hasher."""
    hasher = PasswordHasher(
        time_cost=settings.password_time_cost, memory_cost=settings.password_memory_kib, parallelism=1
    )
    return Argon2Passwords(hasher)
