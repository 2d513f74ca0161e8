from __future__ import annotations

import pytest

from onward.config.suggest import did_you_mean, one_of


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("timout", ("timeout", "after"), 'did you mean "timeout"?'),
        ("Timeout", ("timeout",), 'did you mean "timeout"?'),
        ("deployed_python", ("deployed-python", "python"), 'did you mean "deployed-python"?'),
        ("zebra", ("timeout", "after"), ""),
        ("x", (), ""),
    ],
)
def test_close_words(word: str, known: tuple[str, ...], hint: str) -> None:
    assert did_you_mean(word, known) == hint


def test_lists_of_words() -> None:
    assert one_of(("b", "a")) == "a, b"
    assert one_of(()) == "none"
