"""The SMS provider's HTTP interface."""

from __future__ import annotations

from typing import Any, Optional

import httpx
from pydantic import BaseModel, ValidationError

from app.errors import NoNumberAvailable, ProviderUnavailable
from app.services.ports import Activation, ActivationStatus


class _Answer(BaseModel):
    id: str
    phone_number: str
    status: ActivationStatus
    code: Optional[str] = None


class HttpSmsProvider:
    """Rents numbers over HTTP; every failure of transport or format is ProviderUnavailable."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def rent(self, service: str, country: str, *, reference: str) -> Activation:
        """Rent a number; the provider answers a repeated reference with the same activation."""
        body = {"service": service, "country": country, "reference": reference}
        response = self._send("POST", "/activations", json=body)
        if response.status_code == httpx.codes.CONFLICT:
            raise NoNumberAvailable(f"no number for {service} in {country} at the moment")
        return _read(response)

    def look(self, activation_id: str) -> Activation:
        """The activation as the provider sees it now."""
        return _read(self._send("GET", f"/activations/{activation_id}"))

    def cancel(self, activation_id: str) -> Activation:
        """Give the number back; the answer says whether a code had arrived before."""
        return _read(self._send("POST", f"/activations/{activation_id}/cancel"))

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise ProviderUnavailable("the SMS provider cannot be reached") from error


def build_client(base_url: str, key: str, timeout_seconds: float) -> httpx.Client:
    """A client that speaks to one provider with one key."""
    return httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, timeout=timeout_seconds)


def _read(response: httpx.Response) -> Activation:
    if not response.is_success:
        raise ProviderUnavailable(f"the SMS provider answered {response.status_code}")
    try:
        answer = _Answer.model_validate_json(response.content)
    except ValidationError as error:
        raise ProviderUnavailable("the SMS provider's answer cannot be read") from error
    return Activation(answer.id, answer.phone_number, answer.status, answer.code)
