"""The application as its clients use it: over HTTP."""

from __future__ import annotations

import json
from typing import Any, Dict, Optional

import httpx

from app.services import signatures
from tests.support.transport import client_of
from tests.support.world import PASSWORD, World

V1 = "/api/v1"


class Api:
    """A client that can register, log in, pay and buy."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._client = client_of(world.app())
        self._headers: Dict[str, str] = {}

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._client.get(path, headers=self._headers, **options)

    def post(self, path: str, body: Optional[object] = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post(path, json=body, headers={**self._headers, **named})

    def delete(self, path: str) -> httpx.Response:
        return self._client.delete(path, headers=self._headers)

    def register(self, email: str = "ada@example.com", password: str = PASSWORD) -> httpx.Response:
        return self.post(f"{V1}/auth/register", {"email": email, "password": password})

    def login(self, email: str = "ada@example.com", password: str = PASSWORD) -> httpx.Response:
        return self.post(f"{V1}/auth/login", {"email": email, "password": password})

    def enter(self, email: str = "ada@example.com", *, cents: int = 0) -> Api:
        """Register, log in and, if asked to, pay in; every later request carries the token."""
        assert self.register(email).status_code == 201
        self._headers = {"Authorization": f"Bearer {self.login(email).json()['access_token']}"}
        if cents:
            assert self.pay(cents).json() == {"outcome": "credited"}
        return self

    def pay(self, cents: int) -> httpx.Response:
        payment = self.post(f"{V1}/payments", {"amount_cents": cents}).json()
        return self.webhook(event(payment["reference"], cents))

    def webhook(self, document: object, *, secret: Optional[str] = None, age: int = 0) -> httpx.Response:
        """Send what the payment provider would send, signed as it would."""
        body = json.dumps(document).encode()
        known = self._world.settings.payment_webhook_secret.get_secret_value()
        at = int(self._world.clock().timestamp()) - age
        signature = signatures.sign(body, secret=known if secret is None else secret, at=at)
        return self._client.post(f"{V1}/webhooks/payments", content=body, headers={"X-Signature": signature})

    def buy(self, service: str = "telegram", country: str = "IN", **headers: str) -> httpx.Response:
        return self.post(f"{V1}/verifications", {"service": service, "country": country}, **headers)

    def balance(self) -> int:
        cents: int = self.get(f"{V1}/wallet").json()["balance_cents"]
        return cents


def event(reference: str, cents: int, *, event_id: str = "evt-1", kind: str = "payment.succeeded") -> Dict[str, Any]:
    """The document of a webhook."""
    return {
        "event_id": f"{event_id}-{reference}",
        "type": kind,
        "reference": reference,
        "amount_cents": cents,
        "currency": "USD",
    }
