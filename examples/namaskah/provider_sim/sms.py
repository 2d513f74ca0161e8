"""The HTTP interface of the simulated SMS provider."""

from __future__ import annotations

import hmac
from typing import Annotated, Optional

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from provider_sim.activations import Activation, Activations

_bearer = HTTPBearer()


class RentIn(BaseModel):
    """What the client wants; country ZZ is sold out, in XX no code ever arrives."""

    service: str
    country: str
    reference: str


class ActivationOut(BaseModel):
    """A rented number."""

    id: str
    phone_number: str
    status: str
    code: Optional[str]


def build_router(activations: Activations, key: str) -> APIRouter:
    """Routes over these activations; an empty key admits every client that shows one."""

    def authorise(credentials: Annotated[HTTPAuthorizationCredentials, Depends(_bearer)]) -> None:
        if key and not hmac.compare_digest(credentials.credentials.encode(), key.encode()):
            raise HTTPException(401, "unknown key")

    router = APIRouter(prefix="/activations", dependencies=[Depends(authorise)], tags=["sms"])

    @router.post("", status_code=201)
    def rent(body: RentIn) -> ActivationOut:
        activation = activations.rent(body.country, body.reference)
        if activation is None:
            raise HTTPException(409, "no numbers left")
        return _out(activation)

    @router.get("/{activation_id}")
    def look(activation_id: str) -> ActivationOut:
        return _out(activations.look(activation_id))

    @router.post("/{activation_id}/cancel")
    def cancel(activation_id: str) -> ActivationOut:
        return _out(activations.cancel(activation_id))

    return router


def _out(activation: Optional[Activation]) -> ActivationOut:
    if activation is None:
        raise HTTPException(404, "no such activation")
    return ActivationOut(
        id=activation.id, phone_number=activation.phone_number, status=activation.status, code=activation.code
    )
