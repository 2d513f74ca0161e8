from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from onward.errors import ProvisionError
from onward.execute.cache.store import STAMP, Store, remove, stamped, write_stamp
from onward.files import lock


def fill(folder: Path) -> Mapping[str, Any]:
    (folder / "content").write_text("whole")
    return {"version": "1"}


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    calls: list[Path] = []

    def make(folder: Path) -> Mapping[str, Any]:
        calls.append(folder)
        return fill(folder)

    first = Store(tmp_path).obtain("tools", "black", make)
    second = Store(tmp_path).obtain("tools", "black", make)
    assert first == second
    assert [folder.parent for folder in calls] == [tmp_path / "tools" / "black"]
    assert first.note == {"version": "1"}


def test_threads_that_want_the_same_folder_make_it_once(tmp_path: Path) -> None:
    store, calls = Store(tmp_path), []

    def make(folder: Path) -> Mapping[str, Any]:
        calls.append(folder)
        time.sleep(0.1)
        return fill(folder)

    threads = [threading.Thread(target=store.obtain, args=("tools", "black", make)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_what_a_killed_maker_left_is_removed_first(tmp_path: Path) -> None:
    half = tmp_path / "tools" / "black"
    half.mkdir(parents=True)
    (half / "torn").write_text("half")
    (half / f"{STAMP}.new").write_text("{")
    made = Store(tmp_path).obtain("tools", "black", fill)
    assert sorted(path.name for path in half.iterdir()) == sorted([STAMP, made.path.name])
    assert [path.name for path in made.path.iterdir()] == ["content"]


def test_an_installer_that_outlives_its_onward_writes_somewhere_else(tmp_path: Path) -> None:
    orphaned: list[Path] = []

    def die(folder: Path) -> Mapping[str, Any]:
        orphaned.append(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Store(tmp_path).obtain("tools", "black", die)
    made = Store(tmp_path).obtain("tools", "black", fill)
    orphaned[0].mkdir(exist_ok=True)
    (orphaned[0] / "late").touch()
    assert [path.name for path in made.path.iterdir()] == ["content"]


@pytest.mark.parametrize("text", ['{"inside": ', "[]", "{}", "null"])
def test_a_damaged_stamp_is_no_stamp(tmp_path: Path, text: str) -> None:
    (tmp_path / STAMP).write_text(text)
    assert stamped(tmp_path) is None


def test_a_failure_is_told_again_without_trying_again(tmp_path: Path) -> None:
    store, calls = Store(tmp_path), []

    def fail(folder: Path) -> Mapping[str, Any]:
        calls.append(folder)
        raise ProvisionError("no such package")

    for _ in range(2):
        with pytest.raises(ProvisionError, match="no such package"):
            store.obtain("tools", "black", fail)
    assert len(calls) == 1
    assert Store(tmp_path).obtain("tools", "black", fill).note == {"version": "1"}


def test_using_a_folder_is_remembered_and_holds_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    stamp = store.obtain("tools", "black", fill).path.parent / STAMP
    os.utime(stamp, (1, 1))
    assert store.find("tools", "black") is not None
    assert stamp.stat().st_mtime > 1
    use = tmp_path / "locks" / "tools-black.use"
    assert lock.take(use) is None
    store.close()
    held = lock.take(use)
    assert held is not None
    held.close()


def test_waiting_for_another_process_can_be_given_up(tmp_path: Path) -> None:
    other = lock.take(tmp_path / "locks" / "tools-black.make", purpose="making tools/black")
    assert other is not None
    with other, pytest.raises(ProvisionError, match="interrupted") as caught:
        Store(tmp_path, lambda: True).obtain("tools", "black", fill)
    assert caught.value.where.startswith(f"process {os.getpid()} since ")
    assert caught.value.where.endswith(": making tools/black")


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(ProvisionError) as caught:
        Store(tmp_path / "cache").obtain("tools", "black", fill)
    assert "ONWARD_CACHE_DIR" in caught.value.hint


def test_removing_never_follows_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    write_stamp(outside, {})
    folder = tmp_path / "tool"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    link = tmp_path / "alias"
    link.symlink_to(outside)
    remove(folder)
    remove(link)
    assert not folder.exists()
    assert not link.is_symlink()
    assert (outside / STAMP).exists()
