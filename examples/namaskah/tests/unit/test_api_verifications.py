"""Buying and polling over HTTP."""

from __future__ import annotations

import pytest

from tests.support.api import V1, Api
from tests.support.world import CODE_DELAY, TELEGRAM_CENTS, World


def test_the_catalogue_is_public(api: Api) -> None:
    expected = {"items": [{"code": "telegram", "name": "Telegram", "price_cents": TELEGRAM_CENTS}]}
    assert api.get(f"{V1}/services").json() == expected


def test_buy_and_poll(api: Api, world: World) -> None:
    api.enter(cents=100)
    bought = api.buy()
    assert (bought.status_code, bought.json()["status"]) == (201, "waiting")
    path = f"{V1}/verifications/{bought.json()['id']}"
    assert api.get(path).json()["code"] is None
    world.clock.advance(CODE_DELAY)
    assert api.get(path).json()["code"] == "007919"
    assert api.get(f"{V1}/verifications").json()["items"][0]["status"] == "completed"


def test_cancel(api: Api) -> None:
    api.enter(cents=100)
    path = f"{V1}/verifications/{api.buy().json()['id']}/cancel"
    assert api.post(path).json()["status"] == "cancelled"
    again = api.post(path)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_cancellable")
    assert api.balance() == 100


def test_a_repeated_order_answers_with_the_first(api: Api) -> None:
    api.enter(cents=100)
    first, second = (api.buy(idempotency_key="order-0001") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert api.buy(country="US", idempotency_key="order-0001").status_code == 409


@pytest.mark.parametrize(
    ("service", "country", "status", "code"),
    [
        ("telegram", "IN", 402, "insufficient_credit"),
        ("unknown", "IN", 404, "not_found"),
        ("telegram", "India", 422, "invalid_request"),
        ("Telegram!", "IN", 422, "invalid_request"),
    ],
)
def test_what_cannot_be_bought(api: Api, service: str, country: str, status: int, code: str) -> None:
    refused = api.enter().buy(service, country)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)


def test_sold_out(api: Api) -> None:
    refused = api.enter(cents=100).buy(country="ZZ")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_number_available")
    assert api.balance() == 100


def test_buying_is_limited_for_the_user(api: Api) -> None:
    api.enter(cents=100)
    answers = [api.buy(country="ZZ").status_code for _ in range(31)]
    assert answers == [409] * 30 + [429]


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "abc"])
def test_ids_have_bounds(api: Api, number: str) -> None:
    assert api.enter().get(f"{V1}/verifications/{number}").status_code == 422
