"""Durations and sizes as people write them: "500ms", "1h30m", "50MB", "2GiB"."""

from __future__ import annotations

import re

DURATION = r"(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+(\.[0-9]+)?s)?([0-9]+ms)?"
SIZE = r"[0-9]+(\.[0-9]+)?(B|kB|KB|MB|GB|KiB|MiB|GiB)"
DURATION_WORDS = 'a duration such as "500ms", "90s", "2m" or "1h30m"'
SIZE_WORDS = 'a size such as "800kB", "50MB" or "2GiB"'

_SECONDS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_BYTES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([a-zA-Z]+)")
_DIGITS = 18


def seconds(text: str) -> float:
    """Return a duration in seconds; ValueError when `text` is not one."""
    if not re.fullmatch(DURATION, text) or len(text) > 3 * _DIGITS:
        raise ValueError(f"expected {DURATION_WORDS}")
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def size(text: str) -> int:
    """Return a size in bytes, rounded down; ValueError when `text` is not one."""
    if not re.fullmatch(SIZE, text) or len(text) > 2 * _DIGITS:
        raise ValueError(f"expected {SIZE_WORDS}")
    ((number, unit),) = _PART.findall(text)
    return int(float(number) * _BYTES[unit]) if "." in number else int(number) * _BYTES[unit]


def show_seconds(value: float) -> str:
    """Write seconds the way `seconds` reads them; exact to the millisecond."""
    rest, thousandths = divmod(round(value * 1000), 1000)
    parts = []
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, length)
        parts.append(f"{count}{unit}" if count else "")
    parts.append(f"{thousandths}ms" if thousandths else "")
    return "".join(parts) or "0s"


def show_size(value: int) -> str:
    """Write bytes the way `size` reads them; exact."""
    for unit in ("GiB", "GB", "MiB", "MB", "KiB", "kB"):
        if value and value % _BYTES[unit] == 0:
            return f"{value // _BYTES[unit]}{unit}"
    return f"{value}B"
