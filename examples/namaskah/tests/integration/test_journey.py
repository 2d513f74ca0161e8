"""A customer's way through the application, on real PostgreSQL and Redis."""

from __future__ import annotations

from tests.support.api import V1, Api
from tests.support.world import CODE_DELAY, World


def test_from_registration_to_the_code(api: Api, world: World) -> None:
    api.enter("ada@example.com", cents=500)
    prices = {item["code"]: item["price_cents"] for item in api.get(f"{V1}/services").json()["items"]}
    bought = api.buy("whatsapp", "BR", idempotency_key="ada-first-order").json()
    assert bought["status"] == "waiting"
    path = f"{V1}/verifications/{bought['id']}"
    assert api.get(path).json()["status"] == "waiting"
    world.clock.advance(CODE_DELAY)
    done = api.get(path).json()
    assert (done["status"], len(done["code"])) == ("completed", 6)
    assert api.balance() == 500 - prices["whatsapp"]


def test_from_silence_to_the_refund(api: Api, world: World) -> None:
    api.enter("ada@example.com", cents=500)
    bought = api.buy("telegram", "XX").json()
    assert api.balance() < 500
    world.clock.advance(world.settings.verification_ttl_seconds)
    assert api.get(f"{V1}/verifications/{bought['id']}").json()["status"] == "expired"
    assert api.balance() == 500
    kinds = [item["kind"] for item in api.get(f"{V1}/wallet/transactions").json()["items"]]
    assert kinds == ["refund", "purchase", "deposit"]


def test_an_address_is_taken_whatever_its_case(api: Api) -> None:
    api.register("ada@example.com")
    assert api.register("ADA@example.com").status_code == 409


def test_history_is_paged(api: Api) -> None:
    api.enter()
    for cents in (100, 200, 300):
        api.pay(cents)
    first = api.get(f"{V1}/wallet/transactions", params={"limit": 2}).json()
    rest = api.get(f"{V1}/wallet/transactions", params={"before": first["next_before"]}).json()
    assert [item["amount_cents"] for item in first["items"] + rest["items"]] == [300, 200, 100]


def test_a_webhook_that_was_refused_may_come_again(api: Api) -> None:
    api.enter()
    payment = api.post(f"{V1}/payments", {"amount_cents": 700}).json()
    document = {
        "event_id": "evt-1",
        "type": "payment.succeeded",
        "reference": payment["reference"],
        "amount_cents": 7,
        "currency": "USD",
    }
    assert api.webhook(document).status_code == 409
    assert api.webhook({**document, "amount_cents": 700}).json() == {"outcome": "credited"}
    assert api.webhook({**document, "amount_cents": 700}).json() == {"outcome": "duplicate"}
    assert api.balance() == 700
