from __future__ import annotations

import pytest

from onward.errors import ProvisionError
from onward.execute.step.tokens import expand, united
from onward.model.evidence import Reason, ToolUse
from onward.model.need import Lease


def test_leases_become_one_and_later_variables_win() -> None:
    python = ToolUse(name="python", version="3.11.7", source="path", digest="1")
    ruff = ToolUse(name="ruff", version="0.17.5", source="pypi", digest="2")
    first = Lease(giver="a", tokens={"tree": "/t"}, variables={"PATH": "/bin", "A": "1"}, tools=(python,), notes=("x",))
    second = Lease(giver="b", tokens={"out": "/o"}, variables={"PATH": "/own:/bin"}, tools=(ruff,), secrets=("s",))
    entry = united("lint/ruff", (first, second))
    assert dict(entry.tokens) == {"tree": "/t", "out": "/o"}
    assert dict(entry.variables) == {"PATH": "/own:/bin", "A": "1"}
    assert (entry.tools, entry.notes, entry.secrets) == ((ruff, python), ("x",), ("s",))
    assert entry.error() is None


def test_a_token_that_two_give_is_an_error_that_names_both() -> None:
    services = Lease(giver="services", tokens={"redis.url": "redis://a"})
    application = Lease(giver="application", tokens={"redis.url": "http://b"})
    with pytest.raises(ProvisionError, match=r"\{redis.url\} is given twice, by services and by application"):
        united("e2e/journeys", (services, application))


def test_what_died_first_in_the_order_of_leases_is_the_error() -> None:
    reason = Reason(code="service", text="it died")
    dead = Lease(giver="services", error=lambda: reason)
    other = Lease(giver="application", error=lambda: Reason(code="service", text="for want of it"))
    assert united("e2e/journeys", (Lease(giver="onward"), dead, other)).error() == reason


def test_a_token_without_a_value_is_an_error_and_other_braces_stay() -> None:
    assert expand("{tree}/{x y} {a.b}", {"tree": "/t", "a.b": "1"}) == "/t/{x y} 1"
    with pytest.raises(ProvisionError, match=r"asks for \{browser\}"):
        expand("{browser}", {"tree": "/t"})
