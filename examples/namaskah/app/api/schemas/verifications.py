"""Documents about verifications."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, List, Optional

from pydantic import Field

from app.api.schemas.common import In, Out
from app.models import VerificationStatus


class ServiceOut(Out):
    """Something that can be bought."""

    code: str
    name: str
    price_cents: int


class CatalogueOut(Out):
    """Everything that can be bought."""

    items: List[ServiceOut]


class VerificationIn(In):
    """Which service, and the ISO 3166 code of the number's country."""

    service: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class VerificationOut(Out):
    """A verification; `code` is there once it is completed."""

    id: int
    service_code: str
    country: str
    price_cents: int
    status: VerificationStatus
    phone_number: Optional[str]
    code: Optional[str]
    expires_at: datetime
    created_at: datetime
    ended_at: Optional[datetime]


class VerificationsOut(Out):
    """The latest verifications, newest first."""

    items: List[VerificationOut]
