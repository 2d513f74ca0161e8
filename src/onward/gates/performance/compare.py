"""Whether the change answers slower than its base: both measured in turns, compared pair by pair."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from onward.gates.performance.requests import Recorded, counted, percentile, read_requests
from onward.gates.performance.shapes import Based, Turns
from onward.gates.performance.signed_rank import Shift, holm, shift
from onward.gates.performance.watch import in_words
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers.decode import decode

TURNS = "turns.json"
BASE = "base-requests.json"
HEAD = "head-requests.json"
# Fewer pairs cannot show anything with the confidence that is asked for.
LEAST_PAIRS = 8
# The least number of answers in a round on each side for a median, and for a p95.
_LEAST = {50: 3, 95: 20}
_CALLED = {50: "median", 95: "p95"}
_LEAST_BASE = 20

# endpoint → (round, side) → times in ms
Times = Mapping[str, Mapping[tuple[int, str], Sequence[float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What was declared before anything was measured: how much slower matters, and how sure one has to be."""

    slower: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One percentile of one endpoint: the ratio of head to base, its interval, and the chance that it is none.

    `chance` holds for all comparisons of the run together. Times are the medians over all rounds, in ms.
    """

    endpoint: str
    percent: int
    base_ms: float
    head_ms: float
    shift: Shift
    chance: float = 1.0

    @property
    def name(self) -> str:
        """Endpoint and percentile."""
        return f"{self.endpoint} {_CALLED[self.percent]}"

    @property
    def ratio(self) -> float:
        """How many times as long the head takes."""
        return math.exp(self.shift.estimate)

    def is_slower(self, rules: Rules) -> bool:
        """Return whether the head is slower by enough to matter, and surely so."""
        return self.ratio >= 1 + rules.slower and self.chance <= 1 - rules.confidence

    def __str__(self) -> str:
        """Return the whole comparison in words."""
        low, high = (100 * (math.exp(value) - 1) for value in (self.shift.low, self.shift.high))
        return (
            f"{self.name} {self.base_ms:.1f} ms → {self.head_ms:.1f} ms, {100 * (self.ratio - 1):+.1f} % "
            f"({low:+.1f} % to {high:+.1f} %, {self.shift.pairs} pairs, p = {self.chance:.2g})"
        )


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Return the comparisons; a slowdown that is both large and sure is a finding."""
    settings = context.check.settings
    rules = Rules(slower=(settings.number("slower") or 0) / 100, confidence=(settings.number("confidence") or 99) / 100)
    if not decode(outputs, TURNS, Based).base:
        return _nothing_to_compare()
    plan = decode(outputs, TURNS, Turns)
    ends = ((side, end) for side, end in plan.ends.items() if f"{side}-requests.json" not in outputs.files)
    missing = [f"{side}: {end.last_words}" for side, end in ends]
    if missing or plan.start is None:
        return _no_requests("; ".join(missing) or "its users did not start in time")
    sides = {"base": read_requests(outputs, BASE), "head": read_requests(outputs, HEAD)}
    made = _compared(_times(sides, plan, plan.start), rules)
    return _reading(sides, made, rules, notes=(_method(plan, rules), in_words(plan.machine)))


def _nothing_to_compare() -> Reading:
    note = "nothing compared: the application of the base did not start here"
    return Reading(looked_at=(LookedAt(what="endpoints compared", count=0, expected=0),), notes=(note,))


def _no_requests(words: str) -> Reading:
    text = f"locust could not alternate between base and change: {words}"
    looked = (LookedAt(what="endpoints compared", count=0),)
    return Reading(looked_at=looked, problems=(Problem(code="no-requests", text=text),))


def _round_of(plan: Turns, since: float, side: str) -> int | None:
    """Return the round in which `side` asked that many seconds after the start, None when it was not its turn."""
    block = math.floor(since / plan.block_s)
    return block // plan.round if 0 <= block < len(plan.order) and plan.order[block] == side else None


def _times(sides: Mapping[str, Recorded], plan: Turns, start: float) -> Times:
    """Return the times of successful answers by endpoint, round and side; what was asked out of turn is left out."""
    found: dict[str, dict[tuple[int, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    for side, recorded in sides.items():
        for request in recorded.requests:
            number = _round_of(plan, request.at - start, side)
            if request.ok and number is not None:
                found[request.endpoint][number, side].append(request.ms)
    return found


def _compared(found: Times, rules: Rules) -> tuple[Comparison, ...]:
    """Return every comparison that there is enough for, the busiest endpoint first."""
    busiest = sorted(found, key=lambda endpoint: (-sum(map(len, found[endpoint].values())), endpoint))
    made = [entry for endpoint in busiest for entry in _of_endpoint(endpoint, found[endpoint], rules)]
    chances = holm([entry.shift.p for entry in made])
    return tuple(
        Comparison(
            endpoint=entry.endpoint,
            percent=entry.percent,
            base_ms=entry.base_ms,
            head_ms=entry.head_ms,
            shift=entry.shift,
            chance=chance,
        )
        for entry, chance in zip(made, chances, strict=True)
    )


def _of_endpoint(endpoint: str, times: Mapping[tuple[int, str], Sequence[float]], rules: Rules) -> Iterator[Comparison]:
    rounds = sorted({number for number, _ in times})
    for percent, least in _LEAST.items():
        both = [(times.get((number, "base"), ()), times.get((number, "head"), ())) for number in rounds]
        pairs = [
            (percentile(counted(base), percent), percentile(counted(head), percent))
            for base, head in both
            if min(len(base), len(head)) >= least
        ]
        # a time of zero has no ratio to another
        pairs = [pair for pair in pairs if min(pair) > 0]
        if len(pairs) >= LEAST_PAIRS:
            yield Comparison(
                endpoint=endpoint,
                percent=percent,
                base_ms=_middle(base for base, _ in pairs),
                head_ms=_middle(head for _, head in pairs),
                shift=shift([math.log(head / base) for base, head in pairs], confidence=rules.confidence),
            )


def _middle(values: Iterable[float]) -> float:
    return percentile(counted(values), 50)


def _reading(
    sides: Mapping[str, Recorded], made: Sequence[Comparison], rules: Rules, *, notes: tuple[str, ...]
) -> Reading:
    gone = tuple(_gone(sides))
    left = _skipped(sides, made)
    return Reading(
        looked_at=(
            LookedAt(what="endpoints compared", count=len({entry.endpoint for entry in made})),
            LookedAt(what="requests", count=sum(len(side.requests) for side in sides.values())),
        ),
        findings=(*(_slower(entry, rules) for entry in made if entry.is_slower(rules)), *gone),
        measures=tuple(_measure(entry) for entry in made),
        problems=tuple(_problems(made, rules)),
        notes=(*notes, *map(str, made), *((f"too few responses to compare: {', '.join(left)}",) if left else ())),
    )


def _slower(one: Comparison, rules: Rules) -> Finding:
    message = f"{one} at {rules.confidence:.1%} confidence; the limit is {rules.slower:.0%} slower than the base"
    return Finding(
        rule="slower",
        tool="locust",
        message=message,
        severity=Severity.HIGH,
        place=Place(path=None),
        subject=one.name,
    )


def _gone(sides: Mapping[str, Recorded]) -> Iterator[Finding]:
    """Yield endpoints that answered at the base and never do now: no time of theirs could look bad."""
    succeeded = {side: Counter(one.endpoint for one in recorded.requests if one.ok) for side, recorded in sides.items()}
    tried = Counter(request.endpoint for request in sides["head"].requests)
    for endpoint, count in sorted(succeeded["base"].items()):
        if count >= _LEAST_BASE and tried[endpoint] and not succeeded["head"][endpoint]:
            message = f"{endpoint} succeeded {count} times at the base and never in {tried[endpoint]} attempts now"
            place = Place(path=None)
            yield Finding(
                rule="never-succeeds",
                tool="locust",
                message=message,
                severity=Severity.HIGH,
                place=place,
                subject=endpoint,
            )


def _skipped(sides: Mapping[str, Recorded], made: Sequence[Comparison]) -> list[str]:
    there = {request.endpoint for recorded in sides.values() for request in recorded.requests}
    return sorted(there - {entry.endpoint for entry in made})


def _problems(made: Sequence[Comparison], rules: Rules) -> Iterator[Problem]:
    """Say when the noise was larger than what had to be seen: then it is not known that nothing got slower."""
    if not made:
        return
    busiest = made[0]
    width = math.exp((busiest.shift.high - busiest.shift.low) / 2) - 1
    if width > 2 * max(rules.slower, 0.05):
        text = (
            f"the machine was too noisy for a comparison: {busiest} is known only to ±{width:.0%}; "
            "use more rounds (compare-rounds) or a quieter machine"
        )
        yield Problem(code="too-noisy", text=text)


def _measure(one: Comparison) -> Measure:
    return Measure(name="compare.ratio", value=one.ratio, unit="of the base", better=Better.LOWER, scope=one.name)


def _method(plan: Turns, rules: Rules) -> str:
    rounds = len(plan.order) // plan.round
    return (
        f"base and change alternate: {rounds} rounds of {plan.round} blocks of {plan.block_s:g} s, users without pauses; "
        "each round's nearest-rank percentile of successful answers, Wilcoxon's signed rank over the rounds' ratios, "
        f"p after Holm, intervals of {rules.confidence:.1%}; slower: at least {rules.slower:.0%} and "
        f"p ≤ {1 - rules.confidence:.2g}"
    )
