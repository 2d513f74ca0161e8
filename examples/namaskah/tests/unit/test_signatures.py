"""Webhook signatures: one form, one secret, a short life."""

from __future__ import annotations

import pytest

from app.errors import InvalidSignature
from app.services import signatures

SECRET = "a-secret-between-two-parties"
BODY = b'{"amount_cents":500}'
AT = 1_700_000_000


def check(header: str, *, body: bytes = BODY, secret: str = SECRET, now: int = AT) -> None:
    signatures.check(header, body, secret=secret, now=now, tolerance=300)


def test_a_signature_holds_for_what_was_signed() -> None:
    check(signatures.sign(BODY, secret=SECRET, at=AT))


def test_the_form_is_the_one_that_the_provider_knows() -> None:
    mac = "842b24d9575dee4b6ec460b7e3af7d683501d84fe6279102340787c79d2e2bab"
    assert signatures.sign(b"body", secret="secret", at=1) == f"t=1,v1={mac}"


@pytest.mark.parametrize("now", [AT - 300, AT + 300])
def test_clocks_may_differ_within_the_tolerance(now: int) -> None:
    check(signatures.sign(BODY, secret=SECRET, at=AT), now=now)


@pytest.mark.parametrize("now", [AT - 301, AT + 301])
def test_an_old_or_future_signature_does_not_hold(now: int) -> None:
    with pytest.raises(InvalidSignature):
        check(signatures.sign(BODY, secret=SECRET, at=AT), now=now)


def test_a_changed_body_does_not_hold() -> None:
    with pytest.raises(InvalidSignature):
        check(signatures.sign(BODY, secret=SECRET, at=AT), body=BODY + b" ")


def test_another_secret_does_not_hold() -> None:
    with pytest.raises(InvalidSignature):
        check(signatures.sign(BODY, secret="another", at=AT))


def test_the_time_is_signed_too() -> None:
    header = signatures.sign(BODY, secret=SECRET, at=AT).replace(f"t={AT}", f"t={AT + 1}")
    with pytest.raises(InvalidSignature):
        check(header)


@pytest.mark.parametrize("header", ["", "v1=00", "t=1", "t=x,v1=" + "0" * 64, "t=1,v1=" + "g" * 64, "t=1,v1=ü"])
def test_a_malformed_header_does_not_hold(header: str) -> None:
    with pytest.raises(InvalidSignature):
        check(header)
