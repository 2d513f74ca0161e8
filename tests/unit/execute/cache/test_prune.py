from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from onward.execute.cache import prune
from onward.execute.cache.store import STAMP, Store, write_stamp
from onward.files import lock
from onward.model.places import RUN_LOCK, Places

DAY = 86_400.0


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(cache=tmp_path / "cache", state=tmp_path / "state")


def tool(places: Places, name: str, *, size: int = 100, days: float = 0) -> Path:
    folder = places.cache / "tools" / name
    folder.mkdir(parents=True)
    (folder / "data").write_bytes(b"x" * size)
    write_stamp(folder, {})
    used = time.time() - days * DAY
    os.utime(folder / STAMP, (used, used))
    return folder


def run(places: Places, name: str) -> Path:
    folder = places.state / "runs" / name
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    (folder / "events.jsonl").write_text("{}\n")
    return folder


def names(entries: tuple[prune.Entry, ...]) -> list[tuple[str, str]]:
    return [(entry.kind, entry.name) for entry in entries]


def test_everything_kept_is_listed(places: Places) -> None:
    tool(places, "black-1", size=1000, days=2)
    run(places, "r1")
    for kind in ("environments/e", "guests/g", "workspaces/w", "downloads/uv", "advisories/a"):
        (places.cache / kind).mkdir(parents=True)
    found = prune.entries(places)
    assert names(found) == [
        ("advisories", "a"),
        ("download", "uv"),
        ("environment", "e"),
        ("guests", "g"),
        ("run", "r1"),
        ("tool", "black-1"),
        ("workspace", "w"),
    ]
    black = next(entry for entry in found if entry.kind == "tool")
    assert black.bytes >= 1000
    assert time.time() - black.last_used == pytest.approx(2 * DAY, abs=60)


def test_pruning_by_age_and_then_by_size(places: Places) -> None:
    tool(places, "old", days=40)
    tool(places, "older", size=20_000, days=5)
    tool(places, "newer", size=20_000, days=1)
    removed = prune.prune(places, older_than_s=30 * DAY, max_bytes=30_000)
    assert names(removed) == [("tool", "old"), ("tool", "older")]
    assert names(prune.entries(places)) == [("tool", "newer")]


def test_pruning_keeps_advisories(places: Places) -> None:
    (places.cache / "advisories" / "a").mkdir(parents=True)
    assert names(prune.prune(places, older_than_s=-1)) == []


def test_what_a_run_uses_is_not_removed(places: Places) -> None:
    tool(places, "black-1", days=99)
    store = Store(places.cache)
    assert store.find("tools", "black-1") is not None
    os.utime(places.cache / "tools/black-1" / STAMP, (1, 1))
    assert names(prune.prune(places, older_than_s=DAY)) == []
    removed, held = prune.clear(places, everything=True)
    assert names(removed) == []
    assert names(held) == [("tool", "black-1")]
    store.close()
    assert names(prune.prune(places, older_than_s=DAY)) == [("tool", "black-1")]


def test_a_live_run_and_its_servers_stay(places: Places) -> None:
    alive, dead = run(places, "alive"), run(places, "dead")
    (places.state / "servers" / "pg").mkdir(parents=True)
    held = lock.take(alive / RUN_LOCK)
    assert held is not None
    removed, kept = prune.clear(places, everything=True)
    assert names(removed) == [("run", "dead")]
    assert ("run", "alive") in names(kept)
    assert ("service", "pg") in names(kept)
    assert not dead.exists()
    held.close()


def test_a_folder_in_which_a_process_works_stays(places: Places) -> None:
    folder = places.state / "servers" / "pg"
    folder.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "input()"], cwd=folder, stdin=subprocess.PIPE) as process:
        assert names(prune.prune(places, older_than_s=-1)) == []
        process.communicate(b"\n")
    assert names(prune.prune(places, older_than_s=-1)) == [("service", "pg")]


def test_downloads_stay_while_something_is_made_of_them(places: Places) -> None:
    (places.cache / "downloads" / "uv").mkdir(parents=True)
    held = lock.take(places.cache / "locks" / "tools-black.make")
    assert held is not None
    assert names(prune.prune(places, older_than_s=-1)) == []
    held.close()
    assert names(prune.prune(places, older_than_s=-1)) == [("download", "uv")]


def test_clearing_keeps_records_and_advisories(places: Places) -> None:
    tool(places, "black-1")
    run(places, "r1")
    (places.cache / "advisories" / "a").mkdir(parents=True)
    removed, held = prune.clear(places, everything=False)
    assert names(removed) == [("tool", "black-1")]
    assert names(held) == []
    assert names(prune.entries(places)) == [("advisories", "a"), ("run", "r1")]


def test_clearing_everything_leaves_nothing(places: Places) -> None:
    tool(places, "black-1")
    run(places, "r1")
    (places.cache / "interpreters.json").write_text("{}")
    (places.state / "services").mkdir()
    Store(places.cache).obtain("environments", "e", lambda _: {})
    prune.clear(places, everything=True)
    assert not places.cache.exists()
    assert not places.state.exists()


def test_servers_beyond_both_places_are_known(places: Places, tmp_path: Path) -> None:
    beyond = (tmp_path / "ground",)
    (beyond[0] / "servers" / "pg").mkdir(parents=True)
    assert names(prune.entries(places, beyond)) == [("service", "pg")]
    prune.clear(places, everything=True, beyond=beyond)
    assert not beyond[0].exists()


def test_what_is_not_onwards_stays(places: Places, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "precious").mkdir(parents=True)
    places.cache.mkdir()
    (places.cache / "tools").symlink_to(outside)
    (places.cache / "letters.txt").write_text("the user's own")
    prune.clear(places, everything=True)
    assert (outside / "precious").is_dir()
    assert [path.name for path in places.cache.iterdir()] == ["letters.txt"]
