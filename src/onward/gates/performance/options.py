"""What a definition may say about load, and the thresholds that follow from it."""

from __future__ import annotations

from onward.gates.performance.read import ERRORS, MEMORY, P95, P99
from onward.gates.performance.watch import MIB
from onward.model.measure import Limit
from onward.model.pipeline import GateSettings, Kind, Option

LOCUSTFILE = "tests/load/locustfile.py"

_LOAD = (
    Option("locustfile", Kind.STRING, LOCUSTFILE, "The project's locustfile."),
    Option("users", Kind.INTEGER, 100, "Users at the same time.", minimum=1),
    Option("spawn-rate", Kind.NUMBER, 20.0, "Users that start each second.", minimum=0.1),
    Option("duration", Kind.DURATION, 120.0, "How long the load lasts in `ci`.", minimum=1),
    Option("short-duration", Kind.DURATION, 20.0, "How long it lasts in other profiles, which then say so.", minimum=1),
    Option("p95", Kind.DURATION, 0.5, "95 of 100 answers must come within this time."),
    Option("p99", Kind.DURATION, 1.0, "99 of 100 answers must come within this time."),
    Option("errors", Kind.NUMBER, 5.0, "The percentage of requests that may fail.", minimum=0, maximum=100),
    Option(
        "max-memory",
        Kind.SIZE,
        512 * MIB,
        "The memory that the application may use: the resident sets of its processes added up.",
    ),
    Option("args", Kind.STRINGS, (), 'More arguments for locust, for example ["--tags", "read"].'),
)
_SUSTAINED = (
    Option("sustained", Kind.BOOLEAN, False, "Also run for a long time, in `ci` only."),
    Option("sustained-users", Kind.INTEGER, 500, "Users of the long run.", minimum=1),
    Option("sustained-duration", Kind.DURATION, 600.0, "How long it lasts.", minimum=1),
    Option("sustained-locustfile", Kind.STRING, "", "Its locustfile, where it has its own."),
)
_COMPARE = (
    Option("compare", Kind.BOOLEAN, True, "Compare a change with its base, in turns."),
    Option("slower", Kind.NUMBER, 10.0, "From how many percent on a change counts as slower than its base.", minimum=1),
    Option(
        "confidence",
        Kind.NUMBER,
        99.0,
        "How sure a comparison must be, in percent, over all endpoints together.",
        minimum=90,
        maximum=99.9,
    ),
    Option(
        "compare-users",
        Kind.INTEGER,
        2,
        "Users of each side, who do not pause: few, since queues would hide how long an answer takes.",
        minimum=1,
    ),
    Option(
        "compare-rounds",
        Kind.INTEGER,
        30,
        "How many rounds there are; each has eight blocks of both sides and gives one pair of numbers.",
        minimum=10,
        maximum=200,
    ),
    Option(
        "compare-block",
        Kind.DURATION,
        0.25,
        "How long a block lasts: the shorter, the less of the machine's noise falls on one side alone.",
        minimum=0.05,
        maximum=30,
    ),
    Option("compare-warm-up", Kind.DURATION, 5.0, "How long both sides work before the first block.", minimum=0),
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
