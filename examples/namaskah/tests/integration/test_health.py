"""What the application says about itself on real services."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from alembic import command
from sqlalchemy import text

from app.container import connect
from tests.support import postgres
from tests.support.api import V1, Api
from tests.support.world import World


def test_health_is_measured(api: Api) -> None:
    answer = api.get(f"{V1}/health")
    document = answer.json()
    assert (answer.status_code, document["status"]) == (200, "healthy")
    for dependency in ("database", "redis"):
        assert document[dependency]["status"] == "up"
        assert 0 < document[dependency]["response_ms"] < 2000


def test_diagnostics_tell_what_really_runs(api: Api, world: World) -> None:
    document = api.get("/api/diagnostics").json()
    assert (document["status"], document["reasons"]) == ("ok", [])
    with world.adapters.engine.connect() as connection:
        assert document["database"]["server_version"] == connection.scalar(text("SHOW server_version"))
    assert document["database"]["dialect"] == "postgresql"
    assert document["database"]["revision"] == document["database"]["head"]
    assert document["redis"]["server_version"]


def test_sqlite_is_degraded_and_never_hidden(world: World, tmp_path: Path) -> None:
    settings = world.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'file.db'}"})
    adapters = connect(settings)
    answer = Api(replace(world, settings=settings, adapters=adapters)).get("/api/diagnostics")
    adapters.close()
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert any(reason.startswith("the database is sqlite") for reason in answer.json()["reasons"])


def test_a_database_behind_the_code_is_degraded(api: Api, world: World) -> None:
    config = postgres.alembic_config(world.settings.database_url)
    command.downgrade(config, "-1")
    try:
        document = api.get("/api/diagnostics").json()
    finally:
        command.upgrade(config, "head")
    assert document["status"] == "degraded"
    assert any("the code expects" in reason for reason in document["reasons"])
