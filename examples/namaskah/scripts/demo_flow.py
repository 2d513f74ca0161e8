"""Walks a customer's whole way against running servers: `python scripts/demo_flow.py`.

Needs the application on port 8000 and the simulated providers on port 8001 (see README.md).
"""

from __future__ import annotations

import sys
import time
import uuid
from typing import Any, Dict

import httpx

BASE = "http://127.0.0.1:8000/api/v1"
PATIENCE_SECONDS = 30


def main() -> int:
    """Register, pay, buy, wait for the code; 0 when it came."""
    with httpx.Client(timeout=10.0) as client:
        log_in(client)
        pay(client, cents=500)
        verification = buy_and_wait(client)
        print("balance:", call(client, "GET", "/wallet")["balance_cents"], "cents")
    print("code:", verification["code"], "from", verification["phone_number"])
    return 0 if verification["status"] == "completed" else 1


def log_in(client: httpx.Client) -> None:
    """A fresh account whose token every later request carries."""
    account = {"email": f"demo-{uuid.uuid4().hex[:12]}@example.com", "password": uuid.uuid4().hex}
    call(client, "POST", "/auth/register", json=account)
    token = call(client, "POST", "/auth/login", json=account)["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"


def pay(client: httpx.Client, *, cents: int) -> None:
    """Press the button of the checkout page; the simulated provider then sends its webhook."""
    payment = call(client, "POST", "/payments", json={"amount_cents": cents})
    httpx.post(payment["checkout_url"]).raise_for_status()


def buy_and_wait(client: httpx.Client) -> Dict[str, Any]:
    """Buy a number and poll until its verification has ended, or patience has."""
    order = {"service": "telegram", "country": "IN"}
    verification = call(client, "POST", "/verifications", json=order)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while verification["status"] == "waiting" and time.monotonic() < deadline:
        time.sleep(0.5)
        verification = call(client, "GET", f"/verifications/{verification['id']}")
    return verification


def call(client: httpx.Client, method: str, path: str, **options: Any) -> Dict[str, Any]:
    """One request that must succeed."""
    document: Dict[str, Any] = client.request(method, BASE + path, **options).raise_for_status().json()
    return document


if __name__ == "__main__":
    sys.exit(main())
