"""What the application says about itself when things are not as they should be."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest
from sqlalchemy import create_engine

from app import __version__
from app.factory import create_app
from tests.support.api import V1, Api
from tests.support.transport import client_of
from tests.support.world import World


@pytest.fixture
def without_database(world: World) -> Api:
    """The application when its PostgreSQL does not answer."""
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing", connect_args={"connect_timeout": 2})
    return Api(replace(world, adapters=replace(world.adapters, engine=engine)))


def test_alive_asks_nobody(without_database: Api) -> None:
    answer = without_database.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_health_fails_without_redis(api: Api) -> None:
    answer = api.get(f"{V1}/health")
    document = answer.json()
    assert (answer.status_code, document["status"]) == (503, "unhealthy")
    assert (document["database"]["status"], document["redis"]["status"]) == ("up", "down")
    assert document["redis"]["error"] == "ConnectionError"
    assert (document["version"], document["commit"]) == (__version__, "0123abc")


def test_health_fails_without_the_database_and_does_not_use_another(without_database: Api) -> None:
    answer = without_database.get(f"{V1}/health")
    assert (answer.status_code, answer.json()["database"]["status"]) == (503, "down")
    diagnosis = without_database.get("/api/diagnostics")
    assert (diagnosis.status_code, diagnosis.json()["status"]) == (503, "down")
    assert diagnosis.json()["database"]["dialect"] == "postgresql"
    assert "the database does not answer" in diagnosis.json()["reasons"]


def test_addresses_are_not_told(without_database: Api) -> None:
    assert "127.0.0.1" not in without_database.get("/api/diagnostics").text


def test_a_request_without_the_database_is_told_to_come_back(without_database: Api) -> None:
    answer = without_database.get(f"{V1}/services")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")


def test_sqlite_is_never_hidden(api: Api) -> None:
    document = api.get("/api/diagnostics").json()
    assert document["database"]["dialect"] == "sqlite"
    assert any(reason.startswith("the database is sqlite") for reason in document["reasons"])
    assert any("revision None" in reason for reason in document["reasons"])


def test_unknown_paths_and_methods_answer_in_the_same_shape(api: Api) -> None:
    assert api.get("/nowhere").json() == {"error": {"code": "http_404", "message": "Not Found", "details": None}}
    refused = api.post("/health")
    assert (refused.status_code, refused.json()["error"]["code"]) == (405, "http_405")
    assert refused.headers["Allow"] == "GET"


def test_a_refused_method_names_all_that_would_do(api: Api) -> None:
    assert api.delete(f"{V1}/verifications").headers["Allow"] == "GET, POST"


def test_starting_and_stopping_runs_the_sweeper(world: World) -> None:
    settings = world.settings.model_copy(update={"sweep_interval_seconds": 60.0})
    app = create_app(settings, world.adapters)

    async def live() -> bool:
        async with app.router.lifespan_context(app):
            return any(thread.name == "sweeper" for thread in threading.enumerate())

    assert asyncio.run(live())
    assert all(thread.name != "sweeper" for thread in threading.enumerate())


def test_the_specification_names_every_error_of_buying(world: World) -> None:
    document = client_of(world.app()).get("/openapi.json").json()
    responses = document["paths"]["/api/v1/verifications"]["post"]["responses"]
    assert {"200", "201", "400", "401", "402", "404", "409", "422", "429", "502", "503"} == set(responses)
