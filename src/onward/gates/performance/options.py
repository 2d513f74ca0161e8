"""What a definition may say about load, and the thresholds that follow from it."""

from __future__ import annotations

from onward.gates.performance.read import ERRORS, MEMORY, P95, P99
from onward.gates.performance.watch import MIB
from onward.model.measure import Limit
from onward.model.pipeline import GateSettings, Kind, Option

LOCUSTFILE = "tests/load/locustfile.py"

_LOAD = (
    Option("locustfile", Kind.STRING, LOCUSTFILE, "The project's locustfile."),
    Option("users", Kind.INTEGER, 100, "Concurrent users.", minimum=1),
    Option("spawn-rate", Kind.NUMBER, 20.0, "Users that start each second.", minimum=0.1),
    Option("duration", Kind.DURATION, 120.0, "Duration of the load in `ci`.", minimum=1),
    Option("short-duration", Kind.DURATION, 20.0, "Duration in other profiles; their notes state it.", minimum=1),
    Option("p95", Kind.DURATION, 0.5, "Limit for the 95th percentile of response times."),
    Option("p99", Kind.DURATION, 1.0, "Limit for the 99th percentile of response times."),
    Option("errors", Kind.NUMBER, 5.0, "Maximum percentage of failed requests.", minimum=0, maximum=100),
    Option(
        "max-memory",
        Kind.SIZE,
        512 * MIB,
        "Maximum memory of the application: the sum of the resident sets of its processes.",
    ),
    Option("args", Kind.STRINGS, (), 'More arguments for locust, for example ["--tags", "read"].'),
)
_SUSTAINED = (
    Option("sustained", Kind.BOOLEAN, False, "Also run a long load test, in `ci` only."),
    Option("sustained-users", Kind.INTEGER, 500, "Users of the long run.", minimum=1),
    Option("sustained-duration", Kind.DURATION, 600.0, "Its duration.", minimum=1),
    Option("sustained-locustfile", Kind.STRING, "", "Its locustfile, if not the same."),
)
_COMPARE = (
    Option("compare", Kind.BOOLEAN, True, "Compare a change with its base, in turns."),
    Option("slower", Kind.NUMBER, 10.0, "From how many percent a change counts as slower than its base.", minimum=1),
    Option(
        "confidence",
        Kind.NUMBER,
        99.0,
        "Confidence of the comparison, in percent, over all endpoints together.",
        minimum=90,
        maximum=99.9,
    ),
    Option(
        "compare-users",
        Kind.INTEGER,
        2,
        "Users of each side, without pauses; use few, because queues hide response times.",
        minimum=1,
    ),
    Option(
        "compare-rounds",
        Kind.INTEGER,
        30,
        "Number of rounds; each has eight blocks of both sides and yields one pair of numbers.",
        minimum=10,
        maximum=200,
    ),
    Option(
        "compare-block",
        Kind.DURATION,
        0.25,
        "Duration of a block; short blocks spread the machine's noise over both sides.",
        minimum=0.05,
        maximum=30,
    ),
    Option("compare-warm-up", Kind.DURATION, 5.0, "Warm-up of both sides before the first block.", minimum=0),
)
OPTIONS = (*_LOAD, *_SUSTAINED, *_COMPARE)


def limits(settings: GateSettings) -> tuple[Limit, ...]:
    """Return the thresholds for the whole run; endpoints have measures but no limits of their own."""
    given = (
        (P95, settings.number("p95"), 1000.0),
        (P99, settings.number("p99"), 1000.0),
        (ERRORS, settings.number("errors"), 1.0),
        (MEMORY, settings.number("max-memory"), 1 / MIB),
    )
    return tuple(Limit(measure=name, value=value * factor) for name, value, factor in given if value is not None)
