"""Every request of one locust run, as the recorder wrote it down, and the percentiles of its answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from onward.errors import ReadError
from onward.gates.performance.shapes import Requests
from onward.model.gate import Outputs
from onward.readers.decode import decode


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


def read_requests(outputs: Outputs, name: str) -> Recorded:
    """Return what output `name` holds; ReadError when it is missing or not the recorder's."""
    found = decode(outputs, name, Requests)
    names = [endpoint(*words) for words in found.endpoints]
    if any(number >= len(names) for number, *_ in found.rows):
        raise ReadError(f"{name}: a request has an endpoint that is not listed at $.rows", where=name)
    requests = (
        Request(endpoint=names[number], at=found.began + at / 1000, ms=ms, ok=ok == 1)
        for number, at, ms, ok in found.rows
    )
    return Recorded(requests=tuple(requests), errors=found.errors.count, first_error=found.errors.first)


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
