from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.config.units import seconds, show_seconds, show_size, size


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500ms", 0.5),
        ("2m", 120.0),
        ("1h30m", 5400.0),
        ("90s", 90.0),
        ("1.5s", 1.5),
        ("1d", 86_400.0),
        ("1d2h3m4s5ms", 93_784.005),
        ("0s", 0.0),
    ],
)
def test_durations(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["", "5", "s", "2 m", "1m1h", "-2m", "2M", "1e3s", "1.5m", "٣s", "2m\n", "m2", "5min", "9" * 60 + "s", "1ms1s"],
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="1h30m"):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1B", 1),
        ("50MB", 50_000_000),
        ("2GiB", 2**31),
        ("800kB", 800_000),
        ("800KB", 800_000),
        ("1.5KiB", 1536),
        ("0B", 0),
    ],
)
def test_sizes(text: str, value: int) -> None:
    assert size(text) == value


@pytest.mark.parametrize("text", ["", "5", "MB", "5 MB", "-1MB", "5mb", "5Mb", "1e3B", "5MBx", "5MB\n", "9" * 40 + "B"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="2GiB"):
        size(text)


@settings(deadline=None)
@given(st.integers(0, 10**11))
def test_every_duration_reads_as_it_is_written(milliseconds: int) -> None:
    assert seconds(show_seconds(milliseconds / 1000)) == pytest.approx(milliseconds / 1000, abs=0.0005)


@settings(deadline=None)
@given(st.integers(0, 10**16))
def test_every_size_reads_as_it_is_written(count: int) -> None:
    assert size(show_size(count)) == count


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    for reader in (seconds, size):
        with suppress(ValueError):
            assert reader(text) >= 0
