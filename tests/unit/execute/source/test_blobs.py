from __future__ import annotations

from pathlib import Path

import pytest

from onward.errors import RepositoryError
from onward.execute.source.blobs import Blob, blob_at


def test_files_and_links_are_named_as_git_does(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\n")
    (tmp_path / "link").symlink_to("a")
    assert blob_at(tmp_path / "a", sha256=False) == Blob("100644", "78981922613b2afb6025042ff6bd878ac1994e85")
    assert blob_at(tmp_path / "link", sha256=False) == Blob("120000", "2e65efe2a145dda7ee51d1741299f848e5bf752e")


def test_what_is_gone_or_no_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\n")
    assert blob_at(tmp_path / "gone", sha256=False) is None
    assert blob_at(tmp_path / "a" / "inside", sha256=False) is None
    assert blob_at(tmp_path, sha256=False) is None


def test_what_cannot_be_read_is_not_taken_for_gone(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="cannot read") as caught:
        blob_at(tmp_path / ("x" * 300), sha256=False)
    assert "git ignore it" in caught.value.hint
