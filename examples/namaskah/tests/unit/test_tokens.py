"""Access tokens: what is issued can be read, and nothing else can."""

from __future__ import annotations

from typing import Any, Dict

import jwt
import pytest

from app.errors import InvalidCredentials
from app.services.tokens import Tokens
from tests.support.clock import FakeClock

SECRET = "jwt-secret-of-this-test-and-of-nothing-else"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tokens(clock: FakeClock) -> Tokens:
    return Tokens(SECRET, minutes=30, clock=clock)


def forge(clock: FakeClock, *, secret: str = SECRET, algorithm: str = "HS256", **changed: Any) -> str:
    now = int(clock().timestamp())
    claims: Dict[str, Any] = {"sub": "7", "iss": "namaskah", "iat": now, "exp": now + 60, **changed}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret, algorithm)


def test_a_token_names_its_user(tokens: Tokens) -> None:
    assert tokens.read(tokens.issue(42)) == 42
    assert tokens.lifetime_seconds == 1800


def test_a_token_ends_with_its_life(tokens: Tokens, clock: FakeClock) -> None:
    token = tokens.issue(42)
    clock.advance(1799)
    assert tokens.read(token) == 42
    clock.advance(1)
    with pytest.raises(InvalidCredentials, match="expired"):
        tokens.read(token)


def test_another_secret_is_not_ours(tokens: Tokens, clock: FakeClock) -> None:
    with pytest.raises(InvalidCredentials):
        tokens.read(forge(clock, secret="somebody-elses-secret-of-thirty-two-bytes"))


def test_an_unsigned_token_is_no_token(tokens: Tokens, clock: FakeClock) -> None:
    with pytest.raises(InvalidCredentials):
        tokens.read(forge(clock, secret="", algorithm="none"))


@pytest.mark.parametrize("changed", [{"sub": None}, {"exp": None}, {"iss": "another"}, {"sub": "ada"}, {"iat": None}])
def test_every_claim_is_required(tokens: Tokens, clock: FakeClock, changed: Dict[str, Any]) -> None:
    with pytest.raises(InvalidCredentials):
        tokens.read(forge(clock, **changed))


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "\x00"])
def test_rubbish_is_refused(tokens: Tokens, token: str) -> None:
    with pytest.raises(InvalidCredentials):
        tokens.read(token)
