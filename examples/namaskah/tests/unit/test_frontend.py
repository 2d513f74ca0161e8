"""The front end beside the API: what it may answer, and what stays the API's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.config import Settings
from tests.support.api import V1, Api
from tests.support.world import World

PAGE = "<!doctype html><title>Namaskah</title>"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A front end as the build leaves it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "assets" / "index-1a2b.js").write_text("export {};")
    return tmp_path


@pytest.fixture
def site(world: World, dist: Path) -> Api:
    """The application with that front end."""
    return Api(replace(world, settings=world.settings.model_copy(update={"frontend_dist": dist})))


@pytest.mark.parametrize("path", ["/", "/wallet", "/verifications/7", "/index.html", "/healthy", "/assets"])
def test_every_page_is_the_one_page(site: Api, path: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_assets_may_be_kept_forever(site: Api) -> None:
    answer = site.get("/assets/index-1a2b.js")
    assert (answer.status_code, answer.text) == (200, "export {};")
    assert "immutable" in answer.headers["Cache-Control"]


def test_an_asset_of_an_older_build_is_missing_and_not_a_page(site: Api) -> None:
    assert site.get("/assets/index-0000.js").status_code == 404


def test_nothing_outside_the_folder_is_served(site: Api, dist: Path) -> None:
    (dist.parent / "secret.txt").write_text("secret")
    assert "secret" not in site.get("/assets/..%2f..%2fsecret.txt").text


def test_the_api_is_not_hidden(site: Api) -> None:
    assert site.get("/health").json() == {"status": "alive"}
    assert site.get(f"{V1}/nowhere").json()["error"]["code"] == "http_404"
    assert site.get(f"{V1}/auth/login").status_code == 405
    assert site.get("/openapi.json").json()["info"]["title"] == "Namaskah"
    assert site.post("/wallet").json()["error"]["code"] == "http_404"


def test_without_a_front_end_there_are_no_pages(api: Api) -> None:
    assert api.get("/wallet").json()["error"]["code"] == "http_404"


def test_a_front_end_that_is_not_built_is_refused_at_the_start(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="build the front end first"):
        Settings.model_validate({**settings.model_dump(), "frontend_dist": tmp_path})
