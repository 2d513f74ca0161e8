from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import documents
from onward.model.document import MeasureEntry
from onward.model.evidence import LookedAt
from onward.model.measure import Better
from onward.report import text

ANYTHING = st.text(st.characters(exclude_categories=()))
TRICKY = st.text(st.sampled_from("ab \t\n\r\x00\x1b\x07\x9b\u202e\u2066\u200b\ud800日ü\u0301|`<&"))


@given(ANYTHING | TRICKY)
def test_nothing_that_moves_the_cursor_or_turns_the_text_is_left(words: str) -> None:
    told = text.visible(words)
    assert not [
        each for each in told if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} - {each} and each != "\n"
    ]
    assert not set(told) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff\x1b")
    told.encode()
    assert text.visible(told) == told


@given(TRICKY, st.integers(min_value=8, max_value=60))
def test_wrapped_lines_fit_and_lose_nothing(words: str, width: int) -> None:
    seen = text.visible(words)
    lines = text.wrap(seen, width)
    assert all(text.cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(seen.split())


@given(ANYTHING, st.integers(min_value=2, max_value=50))
def test_one_line_is_one_line(words: str, limit: int) -> None:
    told = text.one_line(words, limit)
    assert len(told) <= limit
    assert len(told.splitlines()) <= 1


def test_plain_text_stays() -> None:
    assert text.visible("a\r\nb\tc üñ 日本") == "a\nb c üñ 日本"
    assert text.visible("\x1b[31mred\x07\u202e") == "\\x1b[31mred\\x07\\u202e"


@pytest.mark.parametrize(
    ("words", "width"), [("abc", 3), ("日本", 4), ("é", 1), ("e\u0301", 1), ("", 0), ("\uff46", 2)]
)
def test_cells(words: str, width: int) -> None:
    assert text.cells(words) == width
    assert text.cells(text.pad(words, 10)) == 10


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3720, "1 h 2 min"),
    ],
)
def test_durations(seconds: float, told: str) -> None:
    assert text.duration(seconds) == told


@pytest.mark.parametrize(("count", "told"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3 << 20, "3.0 MiB")])
def test_sizes(count: int, told: str) -> None:
    assert text.size(count) == told


def test_what_was_looked_at_names_a_shortfall() -> None:
    looks = (
        LookedAt(what="commits", count=3, expected=9),
        LookedAt(what="files", count=2),
        LookedAt(what="new", count=0, expected=0),
    )
    assert text.looked_at(looks) == "3 commits of 9, 2 files, 0 new"


@pytest.mark.parametrize(
    ("limit", "better", "told"),
    [
        (72.0, Better.HIGHER, "at least 72 % (ratchet)"),
        (70.125, Better.LOWER, "at most 70.12 % (ratchet)"),
        (None, Better.LOWER, ""),
    ],
)
def test_limits(limit: float | None, better: Better, told: str) -> None:
    measure = MeasureEntry(
        name="line coverage",
        scope="",
        value=71.3,
        unit="percent",
        better=better,
        limit=limit,
        limit_from="ratchet",
        holds=None,
    )
    assert text.limit(measure) == told


def test_places() -> None:
    findings = documents.document().gates[0].findings
    assert text.place(findings[0]) == "app/main.py:3:1"
    assert text.place(documents.document().gates[4].findings[0]) == "jinja2 2.10"
