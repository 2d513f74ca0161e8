"""The simulated payment provider: a checkout page whose button sends a signed webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Annotated, Any, Dict, Tuple

import httpx
from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import HTMLResponse

PAGE = """<!doctype html>
<html lang="en"><title>Checkout</title>
<h1>Pay {dollars} {currency}</h1>
<form method="post"><button id="pay">Pay</button></form>
</html>"""

Reference = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Amount = Annotated[int, Query(ge=1)]
Currency = Annotated[str, Query(pattern=r"^[A-Z]{3}$")]


def build_router(client: httpx.Client, webhook_url: str, secret: str) -> APIRouter:
    """Routes that report payments to the webhook address, signed with the shared secret."""
    router = APIRouter(prefix="/checkout/{reference}", tags=["payments"])

    @router.get("", response_class=HTMLResponse)
    def page(reference: Reference, amount_cents: Amount, currency: Currency) -> str:
        return PAGE.format(dollars=f"{amount_cents // 100}.{amount_cents % 100:02d}", currency=currency)

    @router.post("")
    def pay(reference: Reference, amount_cents: Amount, currency: Currency) -> Dict[str, Any]:
        body, signature = signed_event(reference, amount_cents, currency, secret)
        headers = {"Content-Type": "application/json", "X-Signature": signature}
        try:
            answer = client.post(webhook_url, content=body, headers=headers).raise_for_status()
        except httpx.HTTPError as error:
            raise HTTPException(502, "the shop did not take the webhook") from error
        document: Dict[str, Any] = answer.json()
        return document

    return router


def signed_event(reference: str, amount_cents: int, currency: str, secret: str) -> Tuple[bytes, str]:
    """Body and signature header of the webhook for a successful payment; one event a payment."""
    event = {
        "event_id": f"evt-{reference}",
        "type": "payment.succeeded",
        "reference": reference,
        "amount_cents": amount_cents,
        "currency": currency,
    }
    body, at = json.dumps(event).encode(), int(time.time())
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return body, f"t={at},v1={mac}"
