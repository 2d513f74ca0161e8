"""Customers as they are: most look at their wallet and at the catalogue, some buy a number and wait for its code.

    locust -f tests/load/locustfile.py --host http://127.0.0.1:8000

The application must let one address register and log in as often as there are users (RATE_LIMIT_*), and its simulated
providers must run, since customers pay there.
"""

from __future__ import annotations

import uuid
from typing import Any, Dict, List, Optional

from locust import FastHttpUser, between, task

API = "/api/v1"
DEPOSIT_CENTS = 2000
ORDER = {"service": "telegram", "country": "IN"}
CREATED, NO_CREDIT = 201, 402


class Customer(FastHttpUser):
    """Registers, logs in and pays in once, and goes on from there."""

    wait_time = between(1, 3)

    def on_start(self) -> None:
        """Open an account and fill its wallet."""
        self.waiting: List[int] = []
        self.headers: Dict[str, str] = {}
        account = {"email": f"load-{uuid.uuid4().hex[:16]}@example.com", "password": uuid.uuid4().hex}
        self.answer("POST", "/auth/register", json=account)
        token = self.answer("POST", "/auth/login", json=account).get("access_token", "")
        self.headers["Authorization"] = f"Bearer {token}"
        self.pay()

    @task(6)
    def read_wallet(self) -> None:
        """Look at the balance."""
        self.answer("GET", "/wallet")

    @task(4)
    def list_services(self) -> None:
        """Look at what there is to buy."""
        self.answer("GET", "/services")

    @task(3)
    def read_history(self) -> None:
        """Look back at deposits, purchases and refunds."""
        self.answer("GET", "/wallet/transactions")

    @task(2)
    def list_verifications(self) -> None:
        """Look at the latest verifications."""
        self.answer("GET", "/verifications")

    @task(2)
    def buy(self) -> None:
        """Buy a number; where the credit is used up, pay in more."""
        with self.request("POST", "/verifications", json=ORDER, catch_response=True) as response:
            if response.status_code == NO_CREDIT:
                response.success()
                self.pay()
            elif response.status_code == CREATED:
                self.waiting.append(response.json()["id"])

    @task(4)
    def poll(self) -> None:
        """Ask for the code of the number that was bought first."""
        if not self.waiting:
            return
        found = self.answer("GET", f"/verifications/{self.waiting[0]}", name=f"{API}/verifications/[id]")
        if found.get("status") != "waiting":
            self.waiting.pop(0)

    def pay(self) -> None:
        """Begin a payment and press the button on the provider's page; its webhook comes before its answer."""
        payment = self.answer("POST", "/payments", json={"amount_cents": DEPOSIT_CENTS})
        if payment:
            self.client.post(payment["checkout_url"], name="/checkout at the provider")

    def answer(self, method: str, path: str, name: Optional[str] = None, **options: Any) -> Dict[str, Any]:
        """The document of one request, empty where it failed, which locust has counted already."""
        with self.request(method, path, name=name, **options) as response:
            document: Dict[str, Any] = response.json() if response.ok else {}
        return document

    def request(self, method: str, path: str, **options: Any) -> Any:
        """One request with this customer's token."""
        return self.client.request(method, API + path, headers=self.headers, **options)
