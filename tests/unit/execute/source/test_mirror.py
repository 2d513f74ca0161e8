"""Whatever happens on either side, a synchronised folder holds exactly the files that were asked for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward.execute.process.folders import folders_of
from onward.execute.source.blobs import blob_at, digest
from onward.execute.source.mirror import MARKER, Mirror

Change = Callable[[Path, str, str], None]


def write(root: Path, path: str, text: str) -> None:
    place = root / path
    if any(parent.is_symlink() or parent.is_file() for parent in place.parents):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.is_dir() and not place.is_symlink():
        place.write_text(text)


def link(root: Path, path: str, text: str) -> None:
    delete(root, path, text)
    write(root, path, text)
    place = root / path
    if place.is_file() and not place.is_symlink():
        place.unlink()
        place.symlink_to(text)


def delete(root: Path, path: str, _: str) -> None:
    place = root / path
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.is_dir():
        shutil.rmtree(place)


def lock(root: Path, path: str, _: str) -> None:
    place = root / path
    if place.exists() and not place.is_symlink():
        place.chmod(0o500)


def attempt(change: Change, root: Path, path: str, text: str) -> None:
    # what is locked, nobody but root can change
    with suppress(PermissionError):
        change(root, path, text)


NAMES = st.sampled_from(["a", "b", "a b", "\u00fc"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
CHANGES = st.tuples(
    st.sampled_from([write, write, link, delete, lock]), PATHS, st.sampled_from(["one", "two", "three"])
)
ROUNDS = st.lists(st.tuples(st.lists(CHANGES, max_size=4), st.lists(CHANGES, max_size=4), st.booleans()), max_size=4)


def files(root: Path) -> dict[str, tuple[str, int]]:
    found = {}
    for path in root.rglob("*"):
        if path.is_symlink():
            found[str(path.relative_to(root))] = (f"-> {path.readlink()}", 0)
        elif path.is_file():
            found[str(path.relative_to(root))] = (path.read_text(), path.stat().st_mode)
    return found


def folders(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir() and not path.is_symlink()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rounds=ROUNDS)
def test_it_holds_exactly_the_files(
    rounds: list[tuple[list[tuple[Change, str, str]], list[tuple[Change, str, str]], bool]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        source, notes, folder = Path(name) / "source", Path(name) / "notes", Path(name) / "copy"
        source.mkdir()
        notes.mkdir()
        for theirs, ours, told in rounds:
            for change, path, text in theirs:
                attempt(change, source, path, text)
            before = files(source)
            paths = tuple(sorted(before))
            blobs = {path: blob_at(source / path, sha256=False) for path in paths}
            tree = digest({path: blob for path, blob in blobs.items() if blob}) if told else None
            Mirror(source, folder, notes).synchronise(paths, tree)
            after = files(folder)
            assert after.pop(MARKER)[0].startswith("gitdir: ")
            assert after == before
            assert folders(folder) == set(folders_of(paths)) - {""}
            assert files(source) == before
            for change, path, text in ours:
                attempt(change, folder, path, text)
