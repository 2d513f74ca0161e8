"""What all documents share."""

from __future__ import annotations

from typing import Annotated, List, Optional

from fastapi import Path
from pydantic import BaseModel, ConfigDict

BIGINT_MAX = 2**63 - 1

Id = Annotated[int, Path(ge=1, le=BIGINT_MAX)]


class In(BaseModel):
    """A request: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Out(BaseModel):
    """An answer, read from objects of the services."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class ErrorBody(Out):
    """`code` is for programs and stable, `message` is for people."""

    code: str
    message: str
    details: Optional[List[str]] = None


class ErrorOut(Out):
    """Every answer that is not a success."""

    error: ErrorBody
