"""What one run under load shows: how fast, how often in vain, how much, and at what cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from onward.gates.performance.requests import Recorded, counted, endpoint, percentile, read_requests
from onward.gates.performance.watch import MIB, Watch
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.model.pipeline import GateSettings, Profile
from onward.readers.decode import decode

LOCUST = "load.json"
REQUESTS = "load-requests.json"
WATCH = "watch.json"
P95, P99, ERRORS, MEMORY = "load.p95", "load.p99", "load.errors", "load.memory"
_ENDPOINTS = 40
_LEAST_RECORDED = 0.99
_LEAST_TRIED = 5
_BUSY_GENERATOR = 0.9


class _Entry(msgspec.Struct, frozen=True):
    """One entry of locust's own document: `response_times` says how often an answer took so many ms."""

    method: str | None
    name: str
    num_requests: int
    num_failures: int
    response_times: dict[float, int]
    start_time: float
    last_request_timestamp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One endpoint of locust's own document, or all of them together (`name` empty). Times are in ms."""

    name: str
    requests: int
    failures: int
    times: Mapping[float, int]
    began: float
    ended: float

    @property
    def errors(self) -> float:
        """The percentage of requests that failed."""
        return 100 * self.failures / self.requests

    @property
    def seconds(self) -> float:
        """The time from the first request to the last answer, at least a second."""
        return max(self.ended - self.began, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """All outputs of a run under load, decoded."""

    rows: tuple[Row, ...]
    recorded: Recorded
    watch: Watch

    @property
    def total(self) -> Row:
        """All endpoints together."""
        times: dict[float, int] = {}
        for row in self.rows:
            for value, count in row.times.items():
                times[value] = times.get(value, 0) + count
        return Row(
            name="",
            requests=sum(row.requests for row in self.rows),
            failures=sum(row.failures for row in self.rows),
            times=times,
            began=min(row.began for row in self.rows),
            ended=max(row.ended for row in self.rows),
        )


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Return the measures of the run with the declared number of users; thresholds judge them."""
    load = _decode(outputs)
    notes = _short(context) if context.check.profile is not Profile.CI else ()
    return _reading(load, "load", notes=notes)


def read_sustained(outputs: Outputs, context: ReadContext) -> Reading:
    """Return the measures of the long run; that it uses up what it has is a finding of its own."""
    load = _decode(outputs)
    reading = _reading(load, "sustained", notes=())
    growth = load.watch.growth_mib_per_hour
    more = (Measure(name="sustained.growth", value=growth, unit="MiB/h", better=Better.LOWER),) if load.rows else ()
    return Reading(
        looked_at=reading.looked_at,
        findings=(*reading.findings, *_exhausted(load, context.check.settings)),
        measures=(*reading.measures, *more),
        problems=reading.problems,
        notes=(*reading.notes, *_foresight(load.watch, context.check.settings)),
    )


def _decode(outputs: Outputs) -> Load:
    watch = decode(outputs, WATCH, Watch)
    if LOCUST not in outputs.files and REQUESTS not in outputs.files:
        return Load(rows=(), recorded=Recorded(requests=(), errors=0, first_error=""), watch=watch)
    rows = tuple(_row(entry) for entry in decode(outputs, LOCUST, tuple[_Entry, ...]) if entry.num_requests)
    return Load(rows=rows, recorded=read_requests(outputs, REQUESTS), watch=watch)


def _row(entry: _Entry) -> Row:
    return Row(
        name=endpoint(entry.method or "", entry.name),
        requests=entry.num_requests,
        failures=entry.num_failures,
        times=entry.response_times,
        began=entry.start_time,
        ended=entry.last_request_timestamp or entry.start_time,
    )


def _reading(load: Load, prefix: str, *, notes: Sequence[str]) -> Reading:
    requests = sum(row.requests for row in load.rows)
    return Reading(
        looked_at=(
            LookedAt(what="requests", count=requests),
            LookedAt(what="endpoints", count=len(load.rows)),
            LookedAt(what="seconds of load", count=round(load.total.seconds) if load.rows else 0),
        ),
        findings=tuple(_broken(load)),
        measures=tuple(_measures(load, prefix)) if load.rows else (),
        problems=tuple(_problems(load)),
        notes=(*notes, *_notes(load)),
    )


def _measures(load: Load, prefix: str) -> Iterator[Measure]:
    busiest = sorted(load.rows, key=lambda row: (-row.requests, row.name))[:_ENDPOINTS]
    for row in (load.total, *busiest):
        yield from _of_row(row, load, prefix)
    watch = load.watch
    yield Measure(name=f"{prefix}.memory", value=watch.peak_bytes / MIB, unit="MiB", better=Better.LOWER)
    yield Measure(name=f"{prefix}.cpu", value=watch.cpu_percent, unit="percent", better=Better.LOWER)


def _of_row(row: Row, load: Load, prefix: str) -> Iterator[Measure]:
    for percent in (50, 95, 99):
        value = _worse(row, load.recorded, percent)
        yield Measure(name=f"{prefix}.p{percent}", value=value, unit="ms", better=Better.LOWER, scope=row.name)
    yield Measure(name=f"{prefix}.errors", value=row.errors, unit="percent", better=Better.LOWER, scope=row.name)
    name = f"{prefix}.throughput"
    value = row.requests / load.total.seconds
    yield Measure(name=name, value=value, unit="requests/s", better=Better.HIGHER, scope=row.name)


def _worse(row: Row, recorded: Recorded, percent: float) -> float:
    """Return the worse of two percentiles: over all answers, and over successful ones alone.

    So neither failures that come at once nor failures that come after a long wait make the application look faster.
    """
    mine = (request for request in recorded.requests if request.ok and row.name in ("", request.endpoint))
    successful = counted(request.ms for request in mine)
    every = percentile(row.times, percent)
    return max(every, percentile(successful, percent)) if successful and row.failures else every


def _problems(load: Load) -> Iterator[Problem]:
    watch, recorded = load.watch, load.recorded
    if not load.rows:
        text = f"locust made no request; last output: {watch.last_words or 'none'}"
        yield Problem(code="no-requests", text=text)
    elif watch.exit not in (0, 1):
        text = f"locust exited with code {watch.exit}; last output: {watch.last_words}"
        yield Problem(code="exit-code", text=text if watch.exit is not None else "locust did not finish in time")
    elif len(recorded.requests) < _LEAST_RECORDED * load.total.requests:
        text = f"only {len(recorded.requests)} of {load.total.requests} requests were recorded individually"
        yield Problem(code="not-recorded", text=text)
    if recorded.errors > recorded.failed:
        text = f"the locustfile raised {recorded.errors} exceptions that failed requests do not explain; first: "
        yield Problem(code="locustfile-error", text=text + recorded.first_error)
    if load.rows and not watch.peak_bytes:
        yield Problem(code="not-watched", text="onward could not sample memory and CPU of the application")


def _broken(load: Load) -> Iterator[Finding]:
    """Yield endpoints that never succeeded: among many others they need not show in the errors of the whole."""
    for row in sorted(load.rows, key=lambda entry: entry.name):
        if row.requests >= _LEAST_TRIED and row.failures == row.requests:
            yield _finding("always-fails", f"{row.name} failed in all of {row.requests} requests", row.name)


def _exhausted(load: Load, settings: GateSettings) -> Iterator[Finding]:
    """Yield what a long run must not do: use more memory than declared, or fail more often than allowed."""
    most = settings.number("max-memory")
    if most is not None and load.watch.peak_bytes > most:
        peak = f"{load.watch.peak_bytes / MIB:.0f} MiB"
        message = f"the application used {peak} of memory; the limit is {most / MIB:.0f} MiB"
        yield _finding("memory-exhausted", message, "memory")
    allowed = settings.number("errors")
    if load.rows and allowed is not None and load.total.errors > allowed:
        message = f"{load.total.errors:.1f} % of all requests failed in the long run; the limit is {allowed:g} %"
        yield _finding("sustained-errors", message, "errors")


def _finding(rule: str, message: str, subject: str) -> Finding:
    return Finding(
        rule=rule, tool="locust", message=message, severity=Severity.HIGH, place=Place(path=None), subject=subject
    )


def _foresight(watch: Watch, settings: GateSettings) -> Iterator[str]:
    most, growth = settings.number("max-memory"), watch.growth_mib_per_hour
    if most is not None and growth > 1 and watch.peak_bytes < most:
        hours = (most - watch.peak_bytes) / MIB / growth
        yield f"memory grew by {growth:.0f} MiB/h; at this rate it reaches {most / MIB:.0f} MiB in {hours:.1f} h"


def _short(context: ReadContext) -> tuple[str, ...]:
    settings = context.check.settings
    short, whole = settings.number("short-duration") or 0, settings.number("duration") or 0
    if short >= whole:
        return ()
    return (f"a short run of {short:g} s; profile ci runs the declared {whole:g} s",)


def _notes(load: Load) -> Iterator[str]:
    watch = load.watch
    if load.rows:
        total = load.total
        yield (
            f"{total.requests} requests, {total.failures} failed; percentiles are nearest rank over locust's histogram "
            "(two significant digits from 100 ms), with failed requests the worse of that and of successful ones alone"
        )
        slowest = sorted(load.rows, key=lambda row: -_worse(row, load.recorded, 95))[:3]
        yield "slowest (p95): " + ", ".join(f"{row.name} {_worse(row, load.recorded, 95):.0f} ms" for row in slowest)
    yield watch.surroundings
    if watch.generator > _BUSY_GENERATOR:
        yield f"locust itself used {watch.generator:.0%} of a CPU: it may have added to the response times"
    if len(load.rows) > _ENDPOINTS:
        yield f"{len(load.rows)} endpoints; measures show the {_ENDPOINTS} busiest: set `name` on requests to group them"
