"""Customers on their way through the front end; each journey has an account of its own."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class Customer:
    """Somebody at a browser. What they see and do has the names that the pages give it."""

    page: Page
    email: str = field(default_factory=lambda: f"{uuid.uuid4().hex}@example.com")
    password: str = field(default_factory=lambda: uuid.uuid4().hex)

    def register(self) -> None:
        """Create an account, which ends in its empty wallet."""
        self.page.goto("/")
        self.page.get_by_role("link", name="Create an account").click()
        self._send("Create an account", "Create account")
        self.sees("Wallet")

    def log_out(self) -> None:
        """Leave."""
        self.page.get_by_role("button", name="Log out").click()
        self.sees("Log in")

    def log_in(self, password: str = "") -> None:
        """Fill in and send the form, whatever comes of it."""
        self._send("Log in", "Log in", password)

    def pay_in(self, dollars: str) -> None:
        """Top up: ask for the amount, and press the button on the payment provider's own page."""
        self.page.get_by_label("Amount in dollars").fill(dollars)
        self.page.get_by_role("button", name="Top up").click()
        with self.page.expect_popup() as opened:
            self.page.get_by_role("link", name="opens the payment provider").click()
        checkout = opened.value
        expect(checkout.get_by_role("heading")).to_have_text(f"Pay {dollars} USD")
        checkout.get_by_role("button", name="Pay").click()
        expect(checkout.get_by_text("credited")).to_be_visible()
        checkout.close()
        expect(self.page.get_by_text(f"${dollars} added to your wallet.")).to_be_visible()

    def buy(self, service: str, country: str) -> None:
        """Order a number."""
        self.visit("Buy", "Buy a verification")
        self.page.get_by_role("radio", name=re.compile(service)).check()
        self.page.get_by_label("Country").fill(country)
        self.page.get_by_role("button", name="Buy number").click()

    def visit(self, link: str, title: str) -> None:
        """Follow a link of the main navigation."""
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=link, exact=True).click()
        self.sees(title)

    def sees(self, title: str) -> None:
        """Be on the page with this title."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)

    def has(self, dollars: str) -> None:
        """See this balance in the wallet."""
        self.visit("Wallet", "Wallet")
        expect(self.balance).to_have_text(f"${dollars}")

    @property
    def balance(self) -> Locator:
        """Where the wallet shows how much is in it."""
        return self.page.get_by_role("status", name="Balance")

    def _send(self, title: str, action: str, password: str = "") -> None:
        self.sees(title)
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(password or self.password)
        self.page.get_by_role("button", name=action).click()


@pytest.fixture
def visitor(page: Page) -> Customer:
    """Somebody without an account."""
    page.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    return Customer(page)


@pytest.fixture
def customer(visitor: Customer) -> Customer:
    """Somebody who has just registered."""
    visitor.register()
    return visitor
