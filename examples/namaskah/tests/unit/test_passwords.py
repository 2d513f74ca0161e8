"""Stored passwords."""

from __future__ import annotations

from typing import Optional

import pytest

from app.adapters.passwords import build_passwords
from app.config import Settings


def test_a_hash_fits_its_password_only(settings: Settings) -> None:
    passwords = build_passwords(settings)
    stored = passwords.hash("correct horse battery")
    assert passwords.verify(stored, "correct horse battery")
    assert not passwords.verify(stored, "correct horse batterY")


def test_two_hashes_of_one_password_differ(settings: Settings) -> None:
    passwords = build_passwords(settings)
    assert passwords.hash("same") != passwords.hash("same")


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_nothing_fits_where_nothing_is_stored(settings: Settings, stored: Optional[str]) -> None:
    assert not build_passwords(settings).verify(stored, "a password that nobody has")


def test_a_hash_of_another_cost_is_outdated(settings: Settings) -> None:
    stored = build_passwords(settings).hash("x")
    costlier = build_passwords(settings.model_copy(update={"password_memory_kib": 16}))
    assert costlier.is_outdated(stored)
    assert costlier.verify(stored, "x")
