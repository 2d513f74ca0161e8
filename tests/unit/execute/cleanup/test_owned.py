from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from pathlib import Path

import pytest

from onward.errors import ServiceError
from onward.execute.cleanup.owned import OwnedResource, OwnedResources, orphans
from onward.execute.process.identity import Identity, identify
from onward.model.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(cache=tmp_path / "cache", state=tmp_path / "state")


def resources_of(places: Places) -> OwnedResources:
    run = places.state / "runs" / "run"
    run.mkdir(parents=True, exist_ok=True)
    return OwnedResources(places, run)


def of_the_dead(owned: OwnedResources) -> OwnedResource:
    return replace(owned.begin("cache"), owner=os.getpid(), owner_started="another start")


def test_what_belongs_to_a_living_process_is_no_orphan(places: Places) -> None:
    owned = resources_of(places)
    kept = owned.keep(owned.begin("cache"))
    assert identify(os.getpid()) == Identity(kept.owner, kept.owner_started)
    assert orphans(places) == ()


def test_a_held_lock_means_alive_whatever_the_process(places: Places) -> None:
    owned = resources_of(places)
    kept = owned.keep(of_the_dead(owned))
    with (Path(kept.run) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert orphans(places) == ()
    assert orphans(places) == (kept,)


def test_what_was_written_is_read_back(places: Places, tmp_path: Path) -> None:
    owned = resources_of(places)
    kept = owned.located(of_the_dead(owned), tmp_path / "a folder", ("postgres", "initdb"))
    kept = owned.keep_process(owned.keep(kept), Identity(42, "then"))
    assert orphans(places) == (kept,)
    owned.forget(kept)
    assert orphans(places) == ()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"id": "x"}'])
def test_a_torn_file_is_passed_over(places: Places, text: str) -> None:
    folder = places.state / "services"
    folder.mkdir(parents=True)
    (folder / "torn.json").write_text(text)
    assert orphans(places) == ()


def test_a_state_that_cannot_be_written_is_said(places: Places) -> None:
    places.state.parent.joinpath("state").write_text("a file where a folder should be")
    owned = OwnedResources(places, places.state.parent / "run")
    with pytest.raises(ServiceError, match="cannot record its identity") as caught:
        owned.keep(owned.begin("cache"))
    assert "ONWARD_STATE_DIR" in caught.value.hint
