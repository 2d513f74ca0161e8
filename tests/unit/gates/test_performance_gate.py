"""What the performance gate makes of requests, samples and turns, and when its checks apply."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import values
from onward.errors import ReadError
from onward.gates import performance
from onward.gates.performance.requests import counted, percentile
from onward.model.application import Application, Health, Server
from onward.model.evidence import Reading
from onward.model.facts import Revision
from onward.model.gate import Check, CheckContext, Outputs, ReadContext
from onward.model.pipeline import GateSettings, Profile

GATE = performance.GATE
LOCUSTFILE = "tests/load/locustfile.py"
SERVED = Application(server=Server(name="application", command=("uvicorn", "main:app"), health=Health(path="/health")))
MIB = 1024 * 1024


def settings(**changes: Any) -> GateSettings:
    given = {option.name: option.default for option in GATE.options}
    return values.settings(
        "performance", options=given | {key.replace("_", "-"): entry for key, entry in changes.items()}
    )


def context(*, profile: Profile = Profile.FULL, changed: tuple[str, ...] | None = None, **options: Any) -> CheckContext:
    revision = Revision(head="b", base="a" if changed is not None else None, branch="x", tree="t", dirty=False)
    project = values.project(files=(LOCUSTFILE, "main.py"), changed=changed, revision=revision)
    pipeline = values.pipeline(application=SERVED)
    return values.context(
        "performance", project=project, pipeline=pipeline, settings=settings(**options), profile=profile
    )


def check(name: str) -> Check:
    return next(entry for entry in GATE.checks if entry.id == name)


def read(name: str, given: CheckContext, **documents: object) -> Reading:
    files = {f"{key.replace('_', '-')}.json": json.dumps(value).encode() for key, value in documents.items()}
    return check(name).read(Outputs(files=files, exits=(0,)), ReadContext(check=given, tree="/t"))


def locust(name: str, times: Mapping[int, int], failures: int = 0) -> dict[str, Any]:
    return {
        "name": name,
        "method": "GET",
        "num_requests": sum(times.values()),
        "num_failures": failures,
        "response_times": {str(key): count for key, count in times.items()},
        "start_time": 100.0,
        "last_request_timestamp": 110.0,
    }


def recorded(*rows: tuple[str, float, int], errors: int = 0) -> dict[str, Any]:
    names = list(dict.fromkeys(name for name, _, _ in rows))
    return {
        "format": 1,
        "began": 100.0,
        "endpoints": [["GET", name] for name in names],
        "rows": [[names.index(name), 10.0 * place, ms, ok] for place, (name, ms, ok) in enumerate(rows)],
        "errors": {"count": errors, "first": "KeyError: 'id'" if errors else ""},
    }


def watch(*resident: int, exit_code: int | None = 0) -> dict[str, Any]:
    samples = [
        {"at": 100.0 + 60 * place, "resident": size, "cpu_s": 30.0 * place, "members": 2, "locust_s": 6.0 * place}
        for place, size in enumerate(resident)
    ]
    machine = {"cpus": 2, "load_before": 0.5, "load_after": 1.0, "seconds": 60.0, "busy_s": 48.0}
    return {
        "format": 1,
        "complete": True,
        "exit": exit_code,
        "last_words": "bye",
        "machine": machine,
        "samples": samples,
    }


def measures(reading: Reading, scope: str = "") -> dict[str, float]:
    return {measure.name: measure.value for measure in reading.measures if measure.scope == scope}


def test_everything_is_measured_for_the_run_and_for_each_endpoint() -> None:
    rows = [("/a", 10.0, 1)] * 90 + [("/b", 200.0, 1)] * 10
    reading = read(
        "load",
        context(),
        load=[locust("/a", {10: 90}), locust("/b", {200: 10})],
        load_requests=recorded(*rows),
        watch=watch(100 * MIB, 120 * MIB),
    )
    whole = measures(reading)
    assert (whole["load.p50"], whole["load.p95"], whole["load.p99"]) == (10, 200, 200)
    assert (whole["load.errors"], whole["load.throughput"], whole["load.memory"], whole["load.cpu"]) == (0, 10, 120, 50)
    assert measures(reading, "GET /b")["load.p95"] == 200
    assert measures(reading, "GET /b")["load.throughput"] == 1
    seen = [(entry.what, entry.count) for entry in reading.looked_at]
    assert seen == [("requests", 100), ("endpoints", 2), ("seconds of load", 10)]
    assert any("70% of" not in note and "by neither application nor locust" in note for note in reading.notes)


def test_failures_that_come_at_once_do_not_make_the_application_look_faster() -> None:
    rows = [("/a", 1.0, 0)] * 96 + [("/a", 900.0, 1)] * 4
    reading = read(
        "load", context(), load=[locust("/a", {1: 96, 900: 4}, 96)], load_requests=recorded(*rows), watch=watch(1, 1)
    )
    assert measures(reading)["load.p95"] == 900
    assert measures(reading)["load.errors"] == 96


def test_failures_after_a_long_wait_count_as_waits() -> None:
    rows = [("/a", 10.0, 1)] * 90 + [("/a", 5000.0, 0)] * 10
    reading = read(
        "load", context(), load=[locust("/a", {10: 90, 5000: 10}, 10)], load_requests=recorded(*rows), watch=watch(1, 1)
    )
    assert measures(reading)["load.p95"] == 5000


def test_an_endpoint_that_never_succeeds_is_a_finding() -> None:
    rows = [("/a", 10.0, 1)] * 990 + [("/b", 1.0, 0)] * 10
    load = [locust("/a", {10: 990}), locust("/b", {1: 10}, 10)]
    reading = read("load", context(), load=load, load_requests=recorded(*rows), watch=watch(1, 1))
    assert [(finding.rule, finding.subject) for finding in reading.findings] == [("always-fails", "GET /b")]
    assert measures(reading)["load.errors"] == 1


@pytest.mark.parametrize(
    ("documents", "code"),
    [
        ({"watch": watch(1, 1, exit_code=1)}, "no-requests"),
        ({"load": [], "load_requests": recorded(), "watch": watch(1, 1)}, "no-requests"),
        ({"load": [locust("/a", {1: 9})], "load_requests": recorded(*[("/a", 1.0, 1)] * 9), "watch": watch(1, exit_code=2)}, "exit-code"),
        ({"load": [locust("/a", {1: 9})], "load_requests": recorded(*[("/a", 1.0, 1)] * 9), "watch": watch(1, exit_code=None)}, "exit-code"),
        ({"load": [locust("/a", {1: 9})], "load_requests": recorded(("/a", 1.0, 1)), "watch": watch(1)}, "not-recorded"),
        ({"load": [locust("/a", {1: 1})], "load_requests": recorded(("/a", 1.0, 1), errors=1), "watch": watch(1)}, "locustfile-error"),
        ({"load": [locust("/a", {1: 1})], "load_requests": recorded(("/a", 1.0, 1)), "watch": watch()}, "not-watched"),
    ],
)  # fmt: skip
def test_what_cannot_be_believed_says_so(documents: Mapping[str, object], code: str) -> None:
    assert [problem.code for problem in read("load", context(), **documents).problems] == [code]


def test_a_short_run_says_so_and_a_whole_one_does_not() -> None:
    documents = {"load": [locust("/a", {1: 1})], "load_requests": recorded(("/a", 1.0, 1)), "watch": watch(1, 1)}
    short = read("load", context(), **documents).notes
    assert "a short run of 20 s; profile ci runs the declared 120 s" in short
    assert not any("short run" in note for note in read("load", context(profile=Profile.CI), **documents).notes)


def test_growth_of_memory_is_a_measure_and_exhaustion_a_finding() -> None:
    sizes = [(100 + 10 * minute) * MIB for minute in range(12)]
    documents = {"load": [locust("/a", {1: 1})], "load_requests": recorded(("/a", 1.0, 1)), "watch": watch(*sizes)}
    calm = read("sustained", context(), **documents)
    assert measures(calm)["sustained.growth"] == pytest.approx(600)
    assert calm.findings == ()
    assert any("at this rate it reaches 512 MiB in 0.5 h" in note for note in calm.notes)
    spent = read("sustained", context(max_memory=200 * MIB), **documents)
    assert [finding.rule for finding in spent.findings] == ["memory-exhausted"]


ROUND = ("base", "head", "head", "base") * 4


def turns(rounds: int) -> dict[str, Any]:
    machine = {"cpus": 2, "load_before": 0.5, "load_after": 1.0, "seconds": 60.0, "busy_s": 48.0}
    ends = {side: {"exit": 0, "last_words": "bye"} for side in ("base", "head")}
    return {
        "format": 1, "complete": True, "base": True, "start": 1000.0, "block_s": 0.25, "round": 16,
        "guard_s": 0.025, "order": ROUND * rounds, "started": "/o/started", "machine": machine, "ends": ends,
    }  # fmt: skip


def side(name: str, rounds: int, times: Sequence[float], *, ok: int = 1) -> dict[str, Any]:
    """Return what a side recorded that made these requests in each of its blocks."""
    blocks = [place for place, whose in enumerate(ROUND * rounds) if whose == name]
    rows = [[0, 250.0 * block + 5 * number, ms, ok] for block in blocks for number, ms in enumerate(times)]
    return {
        "format": 1,
        "began": 1000.0,
        "endpoints": [["GET", "/a"]],
        "rows": rows,
        "errors": {"count": 0, "first": ""},
    }


@pytest.mark.parametrize(("factor", "rules"), [(1.0, []), (1.05, []), (1.2, ["slower"])])
def test_only_a_slowdown_that_matters_is_reported(factor: float, rules: list[str]) -> None:
    base, head = side("base", 12, (5.0, 6.0)), side("head", 12, (5.0 * factor, 6.0 * factor))
    reading = read("compare", context(), turns=turns(12), base_requests=base, head_requests=head)
    assert [finding.rule for finding in reading.findings] == rules
    assert measures(reading, "GET /a median")["compare.ratio"] == pytest.approx(factor)
    assert not reading.problems


def test_what_was_asked_out_of_turn_is_left_out() -> None:
    base, head = side("base", 12, (5.0, 6.0)), side("head", 12, (5.0, 6.0))
    base["rows"] += [[0, 250.0 * block + 100, 500.0, 1] for block in (1, 2, 5, 6) for _ in range(50)]
    reading = read("compare", context(), turns=turns(12), base_requests=base, head_requests=head)
    assert measures(reading, "GET /a median")["compare.ratio"] == pytest.approx(1)


def test_an_endpoint_that_succeeded_at_the_base_only_is_a_finding() -> None:
    base, head = side("base", 12, (5.0, 6.0)), side("head", 12, (1.0, 1.0), ok=0)
    reading = read("compare", context(), turns=turns(12), base_requests=base, head_requests=head)
    assert [finding.rule for finding in reading.findings] == ["never-succeeds"]


def test_noise_that_would_hide_a_slowdown_is_said() -> None:
    base, head = side("base", 12, (5.0, 6.0)), side("head", 12, (5.0, 6.0))
    for place, row in enumerate(head["rows"]):
        row[2] *= math.exp((-1) ** (place // 16))
    reading = read("compare", context(), turns=turns(12), base_requests=base, head_requests=head)
    assert [problem.code for problem in reading.problems] == ["too-noisy"]


def test_too_few_rounds_compare_nothing() -> None:
    reading = read(
        "compare",
        context(),
        turns=turns(3),
        base_requests=side("base", 3, (5.0,)),
        head_requests=side("head", 3, (5.0,)),
    )
    assert reading.looked_at[0].count == 0
    assert reading.looked_at[0].expected is None


def test_a_base_that_did_not_start_leaves_nothing_to_compare() -> None:
    reading = read("compare", context(), turns={"format": 1, "complete": True, "base": False})
    assert reading.looked_at[0].expected == 0
    assert "the application of the base did not start" in reading.notes[0]


def test_users_who_never_got_ready_are_no_comparison() -> None:
    reading = read("compare", context(), turns={**turns(12), "start": None})
    assert [problem.code for problem in reading.problems] == ["no-requests"]


def test_an_incomplete_record_is_unreadable() -> None:
    with pytest.raises(ReadError):
        read("compare", context(), turns={**turns(12), "complete": False})


@pytest.mark.parametrize(
    ("name", "given", "yes"),
    [
        ("load", context(), True),
        ("load", context(locustfile="load.py"), False),
        ("sustained", context(), False),
        ("sustained", context(sustained=True), True),
        ("compare", context(), False),
        ("compare", context(changed=("README.md", "tests/test_a.py")), False),
        ("compare", context(changed=("main.py",)), True),
        ("compare", context(changed=("requirements.txt",)), True),
        ("compare", context(changed=("main.py",), compare=False), False),
    ],
)
def test_when_checks_apply(name: str, given: CheckContext, *, yes: bool) -> None:
    applies = check(name).applies(given)
    assert applies.yes is yes
    assert yes or applies.why


def test_duration_depends_on_the_profile() -> None:
    short, whole = (check("load").commands(context(profile=entry))[0] for entry in (Profile.FULL, Profile.CI))
    assert short.argv[-2:] == ("--seconds", "20")
    assert whole.argv[-2:] == ("--seconds", "120")
    assert short.timeout_s
    assert short.timeout_s > 20


def test_limits_are_in_the_units_of_measures() -> None:
    limits = {limit.measure: limit.value for limit in GATE.limits(settings())}
    assert limits == {"load.p95": 500, "load.p99": 1000, "load.errors": 5, "load.memory": 512}


@given(st.lists(st.integers(0, 5000), min_size=1), st.integers(1, 100))
def test_nearest_rank_is_a_value_that_enough_do_not_exceed(times: list[int], percent: int) -> None:
    found = percentile(counted(times), percent)
    assert found in times
    assert sum(time <= found for time in times) >= percent / 100 * len(times)
    assert sum(time < found for time in times) < percent / 100 * len(times)


def test_p95_of_few_values_is_the_largest() -> None:
    assert percentile(counted([1, 2, 30]), 95) == 30
