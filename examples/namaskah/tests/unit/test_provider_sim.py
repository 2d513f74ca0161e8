"""The simulated providers keep the promises that the application relies on."""

from __future__ import annotations

from typing import Iterator, List

import httpx
import pytest

from app.services import signatures
from provider_sim.main import SimSettings, create_app
from tests.support.transport import client_of

KEY = "sim-key"
SECRET = "sim-secret"
REFERENCE = "a" * 32


@pytest.fixture
def received() -> List[httpx.Request]:
    return []


@pytest.fixture
def client(received: List[httpx.Request]) -> Iterator[httpx.Client]:
    """The providers; the shop behind the webhook writes down what it gets."""

    def shop(request: httpx.Request) -> httpx.Response:
        received.append(request)
        return httpx.Response(200, json={"outcome": "credited"})

    settings = SimSettings(
        sim_code_delay_seconds=0,
        sim_webhook_url="http://shop.test/hook",
        sms_provider_key=KEY,
        payment_webhook_secret=SECRET,
    )
    with httpx.Client(transport=httpx.MockTransport(shop)) as to_shop:
        yield client_of(create_app(settings, to_shop), Authorization=f"Bearer {KEY}")


def rent(client: httpx.Client, country: str = "IN", reference: str = "r-1") -> httpx.Response:
    return client.post("/activations", json={"service": "telegram", "country": country, "reference": reference})


def test_one_reference_rents_one_number(client: httpx.Client) -> None:
    assert rent(client).json() == rent(client).json()
    assert rent(client, reference="r-2").json()["id"] != rent(client).json()["id"]


def test_codes_arrive_but_in_silence(client: httpx.Client) -> None:
    assert rent(client).json()["status"] == "received"
    assert rent(client, "XX", "r-2").json()["status"] == "waiting"


def test_a_cancelled_number_stays_cancelled(client: httpx.Client) -> None:
    silent = rent(client, "XX").json()
    assert client.post(f"/activations/{silent['id']}/cancel").json()["status"] == "cancelled"
    assert client.get(f"/activations/{silent['id']}").json()["status"] == "cancelled"


def test_what_is_not_there(client: httpx.Client) -> None:
    assert rent(client, "ZZ").status_code == 409
    assert client.get("/activations/act-99").status_code == 404
    assert client.get("/health").json() == {"status": "alive"}


def test_the_key_must_be_shown(client: httpx.Client) -> None:
    assert client.get("/activations/act-1", headers={"Authorization": "Bearer other"}).status_code == 401


def test_paying_sends_a_webhook_that_the_application_would_accept(
    client: httpx.Client, received: List[httpx.Request]
) -> None:
    checkout = f"/checkout/{REFERENCE}?amount_cents=1234&currency=USD"
    assert "Pay 12.34 USD" in client.get(checkout).text
    assert client.post(checkout).json() == {"outcome": "credited"}
    header, body = received[0].headers["X-Signature"], received[0].content
    at = int(header.split(",")[0][2:])
    signatures.check(header, body, secret=SECRET, now=at, tolerance=1)
