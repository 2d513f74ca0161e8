"""Every request of one locust run, as the recorder wrote it down, and the percentiles of its answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onward.errors import ReadError
from onward.model.gate import Outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: `at` is seconds since the epoch, `ms` how long its answer took."""

    endpoint: str
    at: float
    ms: float
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """All requests in the order of their answers; `errors` counts exceptions of the locustfile itself."""

    requests: tuple[Request, ...]
    errors: int
    first_error: str

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return sum(not request.ok for request in self.requests)


def decode(outputs: Outputs, name: str) -> Recorded:
    """Return what output `name` holds; ReadError when it is missing or not the recorder's."""
    document = outputs.json(name)
    try:
        if document["format"] != 1:
            raise ReadError(f"{name} has another format than this onward reads", where=name)
        names = [endpoint(*words) for words in document["endpoints"]]
        began = float(document["began"])
        return Recorded(
            requests=tuple(_request(row, names, began) for row in document["rows"]),
            errors=int(document["errors"]["count"]),
            first_error=str(document["errors"]["first"]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ReadError(f"{name} is not what the recorder writes ({error!r})", where=name) from error


def _request(row: Sequence[Any], names: Sequence[str], began: float) -> Request:
    number, at, ms, ok = row
    return Request(endpoint=names[number], at=began + float(at) / 1000, ms=float(ms), ok=ok == 1)


def endpoint(method: str, name: str) -> str:
    """Return how an endpoint is called in measures and messages."""
    return f"{method} {name}" if method else name


def percentile(histogram: Mapping[float, int], percent: float) -> float:
    """Return the nearest-rank percentile of a histogram (value → how often) with at least one entry.

    It is the smallest value that at least `percent` of all entries do not exceed, so always one that was seen.
    """
    rank = max(1, math.ceil(percent / 100 * sum(histogram.values())))
    for value in sorted(histogram):
        rank -= histogram[value]
        if rank <= 0:
            return value
    return max(histogram)


def counted(values: Iterable[float]) -> dict[float, int]:
    """Return a histogram of `values`."""
    histogram: dict[float, int] = {}
    for value in values:
        histogram[value] = histogram.get(value, 0) + 1
    return histogram
