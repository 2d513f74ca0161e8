"""Which versions of Node a project admits, as far as its `engines` field or its version file says so."""

from __future__ import annotations

import re

Version = tuple[int, int, int]

_NUMBERS = re.compile(r"[v=]*(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?")
_COMPARATOR = re.compile(r"(\^|~|>=|<=|>|<|=)?\s*v?(\d+(?:\.(?:\d+|[xX*])){0,2})")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_FIRST: Version = (0, 0, 0)
_ENDLESS: Version = (10**6, 0, 0)


def parse(text: str) -> Version | None:
    """Return the version in "v20.20.2"; missing parts are 0. None when there is no number."""
    match = _NUMBERS.match(text.strip())
    return _full(match[0].lstrip("v=")) if match else None


def suits(version: Version, wanted: str) -> bool:
    """Return whether `version` lies in the range `wanted` (">=20.19", "^20 || >=22", "20.x").

    What is not a range of numbers ("lts/*", "*", "") excludes nothing.
    """
    parts = [part.strip() for part in wanted.split("||")]
    return any(_in_part(version, part) for part in parts)


def _in_part(version: Version, part: str) -> bool:
    text = _HYPHEN.sub(r">=\1 <=\2", part)
    return all(_holds(version, operator, numbers) for operator, numbers in _COMPARATOR.findall(text))


def _holds(version: Version, operator: str, numbers: str) -> bool:
    low, end = _full(numbers), _end(numbers)
    bounds = {
        ">=": (low, _ENDLESS),
        ">": (end, _ENDLESS),
        "<": (_FIRST, low),
        "<=": (_FIRST, end),
        "^": (low, (low[0] + 1, 0, 0)),
        "~": (low, _end(".".join(numbers.split(".")[:2]))),
    }
    first, beyond = bounds.get(operator, (low, end))
    return first <= version < beyond


def _digits(numbers: str) -> list[int]:
    found = []
    for part in numbers.split("."):
        if not part.isdigit():
            break
        found.append(int(part))
    return found


def _full(numbers: str) -> Version:
    major, minor, patch = (*_digits(numbers), 0, 0, 0)[:3]
    return major, minor, patch


def _end(numbers: str) -> Version:
    """Return the first version beyond all that `numbers` stand for: "20" ends at 21.0.0, "20.1" at 20.2.0."""
    digits = _digits(numbers)
    if not digits:
        return _ENDLESS
    major, minor, patch = (*digits[:-1], digits[-1] + 1, 0, 0)[:3]
    return major, minor, patch
