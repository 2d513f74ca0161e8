"""What dead runs left behind is found by its owner's mark; everything else stays."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from onward.execute.cleanup import orphans
from onward.files import lock
from onward.model.places import RUN_LOCK


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def leave_behind(temporary: Path, run: Path) -> Path:
    """Make a scratch folder as a killed run leaves it, with a folder in it that cannot be written."""
    folder = temporary / "onward-abc"
    (folder / "work" / "sealed").mkdir(parents=True)
    (folder / "work" / "sealed" / "file").write_text("left")
    (folder / "work" / "sealed").chmod(0o500)
    (folder / ".run").symlink_to(run)
    return folder


def test_scratch_is_gone_afterwards(temporary: Path, tmp_path: Path) -> None:
    with orphans.scratch(tmp_path) as folder:
        assert folder.parent == temporary.resolve()
        (folder / "file").write_text("x")
        assert orphans.remove_scratch_of_dead_runs() == (str(temporary / folder.name),)
    assert list(temporary.iterdir()) == []


def test_what_a_dead_run_left_goes(temporary: Path, tmp_path: Path) -> None:
    folder = leave_behind(temporary, tmp_path / "a run that is gone")
    assert orphans.remove_scratch_of_dead_runs() == (str(folder),)
    assert not folder.exists()


def test_what_a_living_run_uses_stays(temporary: Path, tmp_path: Path) -> None:
    folder = leave_behind(temporary, tmp_path)
    held = lock.take(tmp_path / RUN_LOCK)
    assert held is not None
    assert orphans.remove_scratch_of_dead_runs() == ()
    assert folder.exists()
    held.close()
    assert orphans.remove_scratch_of_dead_runs() == (str(folder),)


def test_what_is_not_ours_stays(temporary: Path, tmp_path: Path) -> None:
    (temporary / "onward-notes").mkdir()
    (temporary / "other").mkdir()
    outside = tmp_path / "outside"
    leave_behind(outside, tmp_path / "gone")
    (temporary / "onward-link").symlink_to(outside / "onward-abc")
    assert orphans.remove_scratch_of_dead_runs() == (str(temporary / "onward-link"),)
    assert (outside / "onward-abc" / "work" / "sealed" / "file").read_text() == "left"
    assert {path.name for path in temporary.iterdir()} == {"onward-notes", "other"}
