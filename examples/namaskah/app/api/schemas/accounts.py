"""Documents about users."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from app.api.schemas.common import In, Out

Email = Annotated[str, Field(max_length=254, pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
NewPassword = Annotated[SecretStr, Field(min_length=10, max_length=128)]
AnyPassword = Annotated[SecretStr, Field(min_length=1, max_length=128)]


class RegisterIn(In):
    """A new account."""

    email: Email
    password: NewPassword


class LoginIn(In):
    """Credentials; a password that is too short today may have been long enough once."""

    email: Email
    password: AnyPassword


class TokenOut(Out):
    """Send it as `Authorization: Bearer …`."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int


class UserOut(Out):
    """An account."""

    id: int
    email: str
    created_at: datetime
