from __future__ import annotations

from pathlib import Path

import pytest

from onward import gates
from onward.execute.machine.doctor import Checkup, Part
from onward.model.pipeline import ServiceSpec
from onward.model.places import Places
from onward.plan.candidates import users


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(cache=tmp_path / "cache", state=tmp_path / "state")


def parts(places: Places, path: str = "", *services: ServiceSpec) -> dict[str, Part]:
    environ = {"PATH": path, "HOME": str(places.state)}
    checkup = Checkup(
        environ=environ, places=places, users=users(gates.ALL), pythons=("3.99",), services=services, offline=True
    )
    return {f"{part.kind}:{part.name}": part for part in checkup.parts()}


def test_every_part_that_is_missing_says_what_it_costs_and_how_to_get_it(places: Places) -> None:
    missing = [part for part in parts(places).values() if not part.availability.present]
    assert {"python", "program", "docker", "advisories"} <= {part.kind for part in missing}
    for part in missing:
        assert part.cost
        assert part.availability.hint


def test_the_cost_names_the_checks_that_ask_for_it(places: Places) -> None:
    assert parts(places)["advisories:PyPI"].cost == "not run: dependencies/pip-audit, dependencies/review"


def test_a_service_lists_its_ways(places: Places) -> None:
    redis = ServiceSpec(name="redis", kind="redis", image="redis:7", version="7", variables=("REDIS_URL",))
    part = parts(places, "", redis)["service:redis:7"]
    assert part.availability.present
    assert "embedded" in part.availability.detail


def test_looking_leaves_nothing_behind(places: Places) -> None:
    parts(places)
    assert not places.cache.exists()
    assert not places.state.exists()
