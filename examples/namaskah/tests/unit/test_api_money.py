"""Wallet, payments and webhooks over HTTP."""

from __future__ import annotations

import json

import pytest

from tests.support.api import V1, Api, event


def pending(api: Api, cents: int = 500) -> str:
    reference: str = api.post(f"{V1}/payments", {"amount_cents": cents}).json()["reference"]
    return reference


def test_a_payment_leads_to_the_checkout_and_back(api: Api) -> None:
    api.enter()
    payment = api.post(f"{V1}/payments", {"amount_cents": 500}).json()
    assert payment["status"] == "pending"
    assert payment["checkout_url"].endswith(f"/{payment['reference']}?amount_cents=500&currency=USD")
    assert api.webhook(event(payment["reference"], 500)).json() == {"outcome": "credited"}
    assert api.get(f"{V1}/payments/{payment['id']}").json()["status"] == "succeeded"
    assert api.balance() == 500


def test_a_whole_number_may_be_written_with_a_point(api: Api) -> None:
    assert api.enter().post(f"{V1}/payments", {"amount_cents": 500.0}).json()["amount_cents"] == 500


@pytest.mark.parametrize("amount", [99, 1_000_001, -500, 500.5, "500", True, None])
def test_amounts_are_whole_cents_within_bounds(api: Api, amount: object) -> None:
    assert api.enter().post(f"{V1}/payments", {"amount_cents": amount}).status_code == 422


def test_a_webhook_is_credited_once(api: Api) -> None:
    reference = pending(api.enter())
    outcomes = [api.webhook(event(reference, 500)).json()["outcome"] for _ in range(3)]
    assert outcomes == ["credited", "duplicate", "duplicate"]
    assert api.balance() == 500


@pytest.mark.parametrize(("secret", "age"), [("another secret", 0), (None, 301), (None, -301)])
def test_a_webhook_must_be_signed_and_fresh(api: Api, secret: str, age: int) -> None:
    reference = pending(api.enter())
    refused = api.webhook(event(reference, 500), secret=secret, age=age)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "invalid_signature")
    assert api.balance() == 0


def test_a_webhook_without_a_signature_is_refused(api: Api) -> None:
    assert api.post(f"{V1}/webhooks/payments", event("a" * 32, 500)).status_code == 403


@pytest.mark.parametrize(
    "changed", [{"type": "payment.imagined"}, {"amount_cents": "500"}, {"extra": 1}, {"reference": "short"}]
)
def test_a_signed_webhook_must_have_the_documented_form(api: Api, changed: dict[str, object]) -> None:
    reference = pending(api.enter())
    assert api.webhook({**event(reference, 500), **changed}).status_code == 422
    assert api.webhook(["not", "an", "object"]).status_code == 422


def test_a_webhook_may_be_wrong_about_the_payment(api: Api) -> None:
    reference = pending(api.enter())
    assert api.webhook(event(reference, 501)).status_code == 409
    assert api.webhook(event("0" * 32, 500)).status_code == 404
    assert api.balance() == 0


def test_history_is_paged(api: Api) -> None:
    api.enter()
    for cents in (100, 200, 300):
        api.pay(cents)
    first = api.get(f"{V1}/wallet/transactions", params={"limit": 2}).json()
    rest = api.get(f"{V1}/wallet/transactions", params={"limit": 2, "before": first["next_before"]}).json()
    assert [item["amount_cents"] for item in first["items"] + rest["items"]] == [300, 200, 100]
    assert rest["next_before"] is None


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"before": 0}, {"before": 2**63}])
def test_pages_have_bounds(api: Api, query: dict[str, int]) -> None:
    assert api.enter().get(f"{V1}/wallet/transactions", params=query).status_code == 422


def test_money_never_becomes_a_fraction(api: Api) -> None:
    api.enter(cents=333)
    document = json.loads(api.get(f"{V1}/wallet/transactions").text, parse_float=lambda _: pytest.fail("a float"))
    assert document["items"][0]["balance_after_cents"] == 333
