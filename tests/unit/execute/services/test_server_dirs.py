from __future__ import annotations

import os
from pathlib import Path

import pytest

from onward.errors import ServiceError
from onward.execute.services import server_dirs
from onward.model.places import Places


def test_a_server_as_ourselves_lives_in_the_state(tmp_path: Path) -> None:
    places = Places(cache=tmp_path / "cache", state=tmp_path / "state")
    folder = server_dirs.folder_for(places, "cache-1", None)
    server_dirs.make_folder(folder, None)
    assert folder == tmp_path / "state" / "servers" / "cache-1"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    (tmp_path / "servers").write_text("a file where a folder should be")
    with pytest.raises(ServiceError, match="cannot create the folder of a server"):
        server_dirs.make_folder(tmp_path / "servers" / "cache-1", None)


def test_a_folder_that_others_can_write_is_not_ours(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert server_dirs._own(tmp_path)
    tmp_path.chmod(0o777)
    assert not server_dirs._own(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    assert not server_dirs._own(link)


def test_what_everybody_can_reach(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden" / "programs"
    hidden.mkdir(parents=True)
    (tmp_path / "hidden").chmod(0o700)
    assert server_dirs._is_reachable(Path("/usr/bin"))
    assert not server_dirs._is_reachable(hidden)


def test_without_a_user_nothing_is_copied(tmp_path: Path) -> None:
    assert server_dirs.reachable_copy(tmp_path, None, "key") == tmp_path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_never_serves_as_root() -> None:
    assert server_dirs.server_user() in {"postgres", "nobody"}
