"""Registration and login over HTTP."""

from __future__ import annotations

import pytest

from tests.support.api import V1, Api
from tests.support.world import PASSWORD, World


def test_register_log_in_and_ask_who_one_is(api: Api) -> None:
    created = api.register("Ada@Example.com")
    assert created.status_code == 201
    assert set(created.json()) == {"id", "email", "created_at"}
    token = api.login().json()
    assert (token["token_type"], token["expires_in"]) == ("bearer", 1800)
    assert api.enter("bob@example.com").get(f"{V1}/auth/me").json()["email"] == "bob@example.com"


def test_an_address_can_be_taken(api: Api) -> None:
    api.register()
    again = api.register()
    assert (again.status_code, again.json()["error"]["code"]) == (409, "email_taken")


def test_wrong_credentials(api: Api) -> None:
    api.register()
    refused = api.login(password="not the password")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_credentials")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/auth/me", "/wallet", "/wallet/transactions", "/verifications", "/payments/1"])
def test_a_token_is_required(api: Api, path: str) -> None:
    assert api.get(V1 + path).status_code == 401


def test_a_token_expires(api: Api, world: World) -> None:
    api.enter()
    world.clock.advance(30 * 60)
    assert api.get(f"{V1}/auth/me").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"email": "ada@example.com", "password": "too short"},
        {"email": "ada@example.com", "password": "x" * 129},
        {"email": "not an address", "password": PASSWORD},
        {"email": "nul\x00@example.com", "password": PASSWORD},
        {"email": "ada@example.com", "password": PASSWORD, "is_admin": True},
        {"email": "ada@example.com", "password": 1234567890},
        {"email": "ada@example.com"},
    ],
)
def test_a_registration_has_one_form(api: Api, body: object) -> None:
    refused = api.post(f"{V1}/auth/register", body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_request")


def test_a_refused_password_is_not_repeated(api: Api) -> None:
    refused = api.register(password="hunter2")
    assert refused.status_code == 422
    assert "hunter2" not in refused.text


def test_guessing_is_limited_for_the_account(api: Api, world: World) -> None:
    api.register()
    answers = [api.login(password="guess number one").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    refused = api.login()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    world.clock.advance(61)
    assert api.login().status_code == 200


def test_registering_is_limited_for_the_client(api: Api) -> None:
    answers = [api.register(f"user{number}@example.com").status_code for number in range(21)]
    assert answers == [201] * 20 + [429]
