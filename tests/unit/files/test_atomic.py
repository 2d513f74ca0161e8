from __future__ import annotations

import os
from pathlib import Path

import pytest

from kit.children import killed_when_ready, on_a_full_disk, spawn
from onward.files import atomic

SIZE = 200_000


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_reader_gets_all_of_one_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    atomic.write(path, b"a" * SIZE)
    code = (
        "import sys, pathlib; from onward.files import atomic; print('ready', flush=True)\n"
        f"while True:\n  for one in (b'a', b'b'): atomic.write(pathlib.Path(sys.argv[1]), one * {SIZE})"
    )
    with killed_when_ready(code, path):
        seen = {path.read_bytes() for _ in range(300)}
    assert seen == {b"a" * SIZE, b"b" * SIZE}


def test_a_writer_killed_before_the_end_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    atomic.write(path, b"old", durable=True)
    code = (
        "import sys, pathlib; from onward.files import atomic\n"
        "with atomic.draft(pathlib.Path(sys.argv[1])) as fresh:\n"
        "  fresh.write_bytes(b'new'); print('ready', flush=True); sys.stdin.read()"
    )
    with killed_when_ready(code, path):
        pass
    assert path.read_bytes() == b"old"
    draft, _ = left(tmp_path)
    assert draft.startswith(".onward-")
    assert draft.endswith(".new")
    assert (tmp_path / draft).stat().st_mode & 0o777 == 0o600
    atomic.write(path, b"newer", durable=True)
    assert path.read_bytes() == b"newer"


def test_a_full_disk_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    code = "import sys, pathlib; from onward.files import atomic; atomic.write(pathlib.Path(sys.argv[1]), b'x' * 9999)"
    assert "File too large" in on_a_full_disk(code, path, limit=1000)
    assert path.read_bytes() == b"old"
    assert left(tmp_path) == ["file"]


def test_a_block_that_raises_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def interrupted() -> None:
        with atomic.draft(path) as fresh:
            fresh.write_bytes(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"old"
    assert left(tmp_path) == ["file"]


@pytest.mark.parametrize("mode", [0o600, 0o755, 0o444])
def test_permissions_are_kept_and_a_draft_is_private(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(mode)
    with atomic.draft(path) as fresh:
        assert fresh.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_mode & 0o777 == mode


def test_a_new_file_gets_what_the_umask_leaves(tmp_path: Path) -> None:
    code = "import os, sys, pathlib; from onward.files import atomic; os.umask(0o027); atomic.write(pathlib.Path(sys.argv[1]), b'')"
    with spawn(code, tmp_path / "file") as child:
        child.wait()
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_link_is_replaced_itself(tmp_path: Path, target: str) -> None:
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    (tmp_path / "link").symlink_to(target)
    atomic.write(tmp_path / "link", b"ours")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere").read_bytes() == b"theirs"


@pytest.mark.parametrize("name", ["x" * 255, os.fsdecode(b"odd \xff\n name")])
def test_any_name_that_a_file_can_have(tmp_path: Path, name: str) -> None:
    atomic.write(tmp_path / name, b"content")
    assert (tmp_path / name).read_bytes() == b"content"


def test_a_folder_takes_a_place_only_where_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "made/in").mkdir(parents=True)
    (tmp_path / "taken/in").mkdir(parents=True)
    with pytest.raises(OSError, match="not empty"):
        atomic.put(tmp_path / "made", tmp_path / "taken")
    atomic.put(tmp_path / "made", tmp_path / "free")
    assert left(tmp_path) == ["free", "taken"]
