"""Access tokens: short-lived, signed, and good for nothing but naming a user."""

from __future__ import annotations

from datetime import timedelta

import jwt

from app.errors import InvalidCredentials
from app.services.ports import Clock

ALGORITHM = "HS256"
ISSUER = "namaskah"
CLAIMS = ["exp", "iat", "iss", "sub"]


class Tokens:
    """Issues and reads JWTs with one secret and one algorithm."""

    def __init__(self, secret: str, *, minutes: int, clock: Clock) -> None:
        self._secret = secret
        self._life = timedelta(minutes=minutes)
        self._clock = clock

    @property
    def lifetime_seconds(self) -> int:
        """How long a new token holds."""
        return int(self._life.total_seconds())

    def issue(self, user_id: int) -> str:
        """A token for the user, valid from now."""
        now = self._clock()
        claims = {"sub": str(user_id), "iss": ISSUER, "iat": now, "exp": now + self._life}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def read(self, token: str) -> int:
        """The user's id. Raises InvalidCredentials for a token that is forged, foreign, expired or malformed."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": CLAIMS, "verify_exp": False, "verify_iat": False},
            )
            user_id, expires = int(claims["sub"]), float(claims["exp"])
        except (jwt.InvalidTokenError, TypeError, ValueError) as error:
            raise InvalidCredentials("the access token is not valid") from error
        if expires <= self._clock().timestamp():
            raise InvalidCredentials("the access token has expired")
        return user_id
