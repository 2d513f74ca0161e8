from __future__ import annotations

import pytest

from onward.cli.explaining import text_for
from onward.errors import UsageError


@pytest.mark.parametrize(
    ("thing", "beginning"),
    [
        ("lint", "lint: Lint. "),
        ("lint/ruff", "lint: Lint. "),
        ("not run", "not run\n\n"),
        ("3", "exit code 3: "),
        ("need-absent", "need-absent: The machine lacks"),
    ],
)
def test_every_kind_of_word_is_explained(thing: str, beginning: str) -> None:
    assert text_for(thing).startswith(beginning)


def test_an_unknown_word_is_answered_with_the_nearest(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("ONWARD_STATE_DIR", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        text_for("need-absen")
    assert "need-absent" in caught.value.hint
