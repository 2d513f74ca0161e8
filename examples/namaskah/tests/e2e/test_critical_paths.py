"""What must never break: registering, logging in, paying, buying a verification, looking back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Customer


def test_registration_opens_an_empty_wallet(visitor: Customer) -> None:
    visitor.register()
    expect(visitor.balance).to_have_text("$0.00")
    expect(visitor.page.get_by_text(visitor.email)).to_be_visible()


def test_registering_twice_is_refused(customer: Customer) -> None:
    customer.log_out()
    customer.page.get_by_role("link", name="Create an account").click()
    customer.page.get_by_label("E-mail").fill(customer.email)
    customer.page.get_by_label("Password").fill(customer.password)
    customer.page.get_by_role("button", name="Create account").click()
    expect(customer.page.get_by_role("alert")).to_be_visible()
    customer.sees("Create an account")


def test_login_after_logout(customer: Customer) -> None:
    customer.log_out()
    customer.log_in()
    customer.sees("Wallet")


def test_a_wrong_password_is_refused(customer: Customer) -> None:
    customer.log_out()
    customer.log_in(password="not-the-password")
    expect(customer.page.get_by_role("alert")).to_be_visible()
    customer.sees("Log in")


def test_strangers_are_asked_to_log_in(visitor: Customer) -> None:
    visitor.page.goto("/history")
    visitor.sees("Log in")


def test_payment_raises_the_balance_once_its_webhook_has_arrived(customer: Customer) -> None:
    expect(customer.balance).to_have_text("$0.00")
    customer.pay_in("25.00")
    expect(customer.balance).to_have_text("$25.00")


def test_a_verification_is_bought_and_its_code_arrives(customer: Customer) -> None:
    customer.pay_in("20.00")
    customer.buy("Telegram", "IN")
    customer.sees("Verification")
    expect(customer.page.get_by_text("Code received")).to_be_visible()
    expect(customer.page.get_by_role("status", name="Code")).to_have_text(re.compile(r"^\d{6}$"))


def test_without_money_nothing_is_bought(customer: Customer) -> None:
    customer.buy("Telegram", "IN")
    expect(customer.page.get_by_role("alert")).to_be_visible()
    customer.has("0.00")


def test_where_no_number_is_left_nothing_is_charged(customer: Customer) -> None:
    customer.pay_in("20.00")
    customer.buy("Telegram", "ZZ")
    expect(customer.page.get_by_role("alert").or_(customer.page.get_by_text("No number, refunded"))).to_be_visible()
    customer.has("20.00")


def test_a_cancelled_verification_is_refunded(customer: Customer) -> None:
    customer.pay_in("20.00")
    customer.buy("Telegram", "XX")
    customer.page.get_by_role("button", name="Cancel and refund").click()
    expect(customer.page.get_by_text("Cancelled, refunded")).to_be_visible()
    customer.has("20.00")


def test_history_explains_the_balance(customer: Customer) -> None:
    customer.pay_in("20.00")
    customer.buy("Telegram", "IN")
    expect(customer.page.get_by_text("Code received")).to_be_visible()
    customer.visit("History", "History")
    bought = customer.page.get_by_role("table", name="Verifications").get_by_role("row")
    expect(bought.filter(has_text="Code received")).to_have_count(1)
    moved = customer.page.get_by_role("table", name="Wallet").get_by_role("row")
    expect(moved).to_have_count(3)
    expect(moved.nth(2)).to_contain_text("$20.00")
    left = moved.nth(1).get_by_role("cell").nth(1).text_content() or ""
    customer.has(left.lstrip("$"))
