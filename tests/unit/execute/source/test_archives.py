"""Unpacking with and without the filters that Python has had since 3.11.4."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

import pytest

from onward.errors import ProvisionError
from onward.execute.source import archives


def packed(*members: tuple[str, str]) -> tarfile.TarFile:
    """Return an archive of files, or of links where the second text begins with an arrow."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as made:
        for name, text in members:
            info = tarfile.TarInfo(name)
            if text.startswith("->"):
                info.type, info.linkname = tarfile.SYMTYPE, text.removeprefix("->")
            info.size = 0 if info.issym() else len(text)
            made.addfile(info, io.BytesIO(text.encode()))
    stream.seek(0)
    return tarfile.open(fileobj=stream)


# No Python since 3.12 is without filters; there the unfiltered way warns, and later it is gone.
PYTHONS = ["as it is", "without filters"] if sys.version_info < (3, 12) else ["as it is"]


@pytest.fixture(params=PYTHONS)
def _python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without filters":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)


@pytest.mark.usefixtures("_python")
def test_files_and_links_inside_are_unpacked(tmp_path: Path) -> None:
    archives.extract(packed(("a/b.txt", "words"), ("a/c", "->b.txt")), tmp_path)
    assert (tmp_path / "a/c").read_text() == "words"


@pytest.mark.usefixtures("_python")
@pytest.mark.parametrize("member", [("../out.txt", "x"), ("a", "->../../elsewhere"), ("a", "->/etc/passwd")])
def test_what_reaches_beyond_the_folder_is_refused(member: tuple[str, str], tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises((ProvisionError, tarfile.TarError)):
        archives.extract(packed(member), inside)
    assert not (tmp_path / "out.txt").exists()
