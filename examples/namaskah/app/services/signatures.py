"""Signatures of webhooks: `t=SECONDS,v1=HEX`, an HMAC-SHA256 over `SECONDS.BODY`."""

from __future__ import annotations

import hashlib
import hmac
import re

from app.errors import InvalidSignature

HEADER = re.compile(r"t=(?P<at>[0-9]{1,12}),v1=(?P<mac>[0-9a-f]{64})")


def sign(body: bytes, *, secret: str, at: int) -> str:
    """The header for a body sent at this second since the epoch."""
    return f"t={at},v1={_mac(body, secret, at)}"


def check(header: str, body: bytes, *, secret: str, now: int, tolerance: int) -> None:
    """Return when the body was signed with the secret within `tolerance` seconds of now.

    Raises InvalidSignature otherwise, always with the same message.
    """
    found = HEADER.fullmatch(header)
    if found is None:
        raise InvalidSignature("the signature does not hold")
    at = int(found["at"])
    genuine = hmac.compare_digest(found["mac"], _mac(body, secret, at))
    if not genuine or abs(now - at) > tolerance:
        raise InvalidSignature("the signature does not hold")


def _mac(body: bytes, secret: str, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
