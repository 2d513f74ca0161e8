"""What a definition may say about load, and the thresholds that follow from it."""

from __future__ import annotations

from onward.gates.performance.read import ERRORS, MEMORY, P95, P99
from onward.gates.performance.watch import MIB
from onward.model.measure import Limit
from onward.model.pipeline import GateSettings, Kind, Option

LOCUSTFILE = "tests/load/locustfile.py"

_LOAD = (
    Option(name="locustfile", kind=Kind.STRING, default=LOCUSTFILE, meaning="The project's locustfile."),
    Option(name="users", kind=Kind.INTEGER, default=100, minimum=1, meaning="Users at the same time."),
    Option(name="spawn-rate", kind=Kind.NUMBER, default=20.0, minimum=0.1, meaning="Users that start each second."),
    Option(name="duration", kind=Kind.DURATION, default=120.0, minimum=1, meaning="How long the load lasts in `ci`."),
    Option(
        name="short-duration",
        kind=Kind.DURATION,
        default=20.0,
        minimum=1,
        meaning="How long it lasts in other profiles, which then say so.",
    ),
    Option(name="p95", kind=Kind.DURATION, default=0.5, meaning="95 of 100 answers must come within this time."),
    Option(name="p99", kind=Kind.DURATION, default=1.0, meaning="99 of 100 answers must come within this time."),
    Option(
        name="errors",
        kind=Kind.NUMBER,
        default=5.0,
        minimum=0,
        maximum=100,
        meaning="The percentage of requests that may fail.",
    ),
    Option(
        name="max-memory",
        kind=Kind.SIZE,
        default=512 * MIB,
        meaning="The memory that the application may use: the resident sets of its processes added up.",
    ),
    Option(
        name="args", kind=Kind.STRINGS, default=(), meaning='More arguments for locust, for example ["--tags", "read"].'
    ),
)
_SUSTAINED = (
    Option(name="sustained", kind=Kind.BOOLEAN, default=False, meaning="Also run for a long time, in `ci` only."),
    Option(name="sustained-users", kind=Kind.INTEGER, default=500, minimum=1, meaning="Users of the long run."),
    Option(name="sustained-duration", kind=Kind.DURATION, default=600.0, minimum=1, meaning="How long it lasts."),
    Option(name="sustained-locustfile", kind=Kind.STRING, default="", meaning="Its locustfile, where it has its own."),
)
_COMPARE = (
    Option(name="compare", kind=Kind.BOOLEAN, default=True, meaning="Compare a change with its base, in turns."),
    Option(
        name="slower",
        kind=Kind.NUMBER,
        default=10.0,
        minimum=1,
        meaning="From how many percent on a change counts as slower than its base.",
    ),
    Option(
        name="confidence",
        kind=Kind.NUMBER,
        default=99.0,
        minimum=90,
        maximum=99.9,
        meaning="How sure a comparison must be, in percent, over all endpoints together.",
    ),
    Option(
        name="compare-users",
        kind=Kind.INTEGER,
        default=2,
        minimum=1,
        meaning="Users of each side, who do not pause: few, since queues would hide how long an answer takes.",
    ),
    Option(
        name="compare-rounds",
        kind=Kind.INTEGER,
        default=30,
        minimum=10,
        maximum=200,
        meaning="How many rounds there are; each has eight blocks of both sides and gives one pair of numbers.",
    ),
    Option(
        name="compare-block",
        kind=Kind.DURATION,
        default=0.25,
        minimum=0.05,
        maximum=30,
        meaning="How long a block lasts: the shorter, the less of the machine's noise falls on one side alone.",
    ),
    Option(
        name="compare-warm-up",
        kind=Kind.DURATION,
        default=5.0,
        minimum=0,
        meaning="How long both sides work before the first block.",
    ),
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
