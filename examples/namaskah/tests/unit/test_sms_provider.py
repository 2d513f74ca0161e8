"""The SMS provider's client: every failure has a name, none is taken for an answer."""

from __future__ import annotations

import json
from typing import Callable, List

import httpx
import pytest

from app.adapters.sms_provider import HttpSmsProvider, build_client
from app.errors import NoNumberAvailable, ProviderUnavailable
from app.services.ports import Activation, ActivationStatus

GOOD = {"id": "act-1", "phone_number": "+15550000001", "status": "waiting", "code": None}


def provider(answer: Callable[[httpx.Request], httpx.Response]) -> HttpSmsProvider:
    return HttpSmsProvider(httpx.Client(transport=httpx.MockTransport(answer), base_url="http://sms.test"))


def test_an_answer_is_read() -> None:
    found = provider(lambda _: httpx.Response(200, json=GOOD)).look("act-1")
    assert found == Activation("act-1", "+15550000001", ActivationStatus.WAITING)


def test_the_reference_is_sent_with_the_order() -> None:
    seen: List[object] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(201, json=GOOD)

    provider(answer).rent("telegram", "IN", reference="verification-7")
    assert seen == [{"service": "telegram", "country": "IN", "reference": "verification-7"}]


def test_a_conflict_means_that_no_number_is_left() -> None:
    with pytest.raises(NoNumberAvailable, match="telegram in IN"):
        provider(lambda _: httpx.Response(409)).rent("telegram", "IN", reference="r")


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(500),
        httpx.Response(401, json={"detail": "unknown key"}),
        httpx.Response(302, headers={"Location": "/login"}),
        httpx.Response(200, text="<html>maintenance</html>"),
        httpx.Response(200, json={**GOOD, "status": "melted"}),
        httpx.Response(200, json={"id": "act-1"}),
    ],
)
def test_an_unusable_answer_is_no_answer(response: httpx.Response) -> None:
    with pytest.raises(ProviderUnavailable):
        provider(lambda _: response).look("act-1")


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ReadTimeout("too slow")])
def test_a_broken_connection_is_no_answer(failure: httpx.TransportError) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(ProviderUnavailable, match="cannot be reached"):
        provider(fail).cancel("act-1")


def test_the_client_shows_its_key() -> None:
    with build_client("http://sms.test", "the-key", 1.5) as client:
        assert client.headers["Authorization"] == "Bearer the-key"
        assert client.timeout.read == 1.5
