"""Order, width and endings of a schedule, with steps that really run in threads."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import values
from onward.execute.step.schedule import critical_paths, run_schedule
from onward.model.evidence import Evidence, Reason
from onward.model.plan import Step


def step(
    name: str, *after: str, feeds: tuple[str, ...] = (), cpus: int = 1, alone: bool = False, **more: object
) -> Step:
    return values.step(name, after=after, feeds=feeds, check=values.check("tool", cpus=cpus, alone=alone), **more)


def perform(one: Step, cpus: int) -> Evidence:
    return Evidence(step=one.id, gate=one.gate, notes=(f"cpus={cpus}",))


def always(_: Step, __: Mapping[str, Evidence]) -> Reason | None:
    return None


def run(
    steps: Sequence[Step],
    jobs: int = 2,
    perform: Callable[[Step, int], Evidence] = perform,
    may_run: Callable[[Step, Mapping[str, Evidence]], Reason | None] = always,
) -> tuple[Mapping[str, Evidence], list[str]]:
    ended: list[str] = []
    evidence = run_schedule(steps, jobs, perform=perform, may_run=may_run, finished=lambda one, _: ended.append(one.id))
    return evidence, ended


# Reached only where the schedule is wrong.
_PATIENCE_S = 20.0


def press_ctrl_c() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


class Watch:
    """Performs steps and remembers how many CPUs were granted at once.

    A step ends when so many `cpus` have been granted at once, and when the step has begun that `until` names for it.
    """

    def __init__(self, *, cpus: int = 0, until: Mapping[str, str] | None = None) -> None:
        self._changed = threading.Condition()
        self._cpus = cpus
        self._until = until or {}
        self.busy = 0
        self.most = 0
        self.begun: list[str] = []

    def __call__(self, one: Step, cpus: int) -> Evidence:
        with self._changed:
            self.begun.append(one.id)
            self.busy += cpus
            self.most = max(self.most, self.busy)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._may_end(one), timeout=_PATIENCE_S)
            self.busy -= cpus
        return perform(one, cpus)

    def _may_end(self, one: Step) -> bool:
        return self.most >= self._cpus and self._until.get(one.id, one.id) in self.begun


def test_nothing_to_do() -> None:
    assert run([]) == ({}, [])


def test_results_are_in_the_order_of_the_plan() -> None:
    steps = [step("a"), step("b", "a"), step("c"), step("d", "b", feeds=("c",))]
    evidence, ended = run(steps)
    assert list(evidence) == ["a", "b", "c", "d"]
    assert ended.index("d") == 3
    assert ended.index("a") < ended.index("b")


def test_a_step_waits_for_all_that_it_needs() -> None:
    seen: dict[str, set[str]] = {}

    def may_run(one: Step, done: Mapping[str, Evidence]) -> Reason | None:
        seen[one.id] = set(done)
        return None

    run([step("a"), step("b"), step("c", "a", feeds=("b",))], may_run=may_run)
    assert seen["c"] >= {"a", "b"}


def test_the_cpu_budget_holds() -> None:
    watch = Watch(cpus=3)
    run([step(f"s{number}", cpus=number % 3) for number in range(12)], jobs=3, perform=watch)
    assert watch.most == 3
    assert watch.busy == 0


def test_grants() -> None:
    evidence, _ = run([step("wide", cpus=0)], jobs=4)
    assert evidence["wide"].notes == ("cpus=4",)
    evidence, _ = run([step("too wide", cpus=9)], jobs=2)
    assert evidence["too wide"].notes == ("cpus=2",)
    evidence, _ = run([step("first"), step("rest", cpus=0)], jobs=2, perform=Watch(cpus=2))
    assert evidence["rest"].notes == ("cpus=1",)
    assert run([step("none", cpus=0)], jobs=0)[0]["none"].notes == ("cpus=1",)


def test_a_narrow_step_uses_what_a_wide_one_cannot() -> None:
    watch = Watch(until={"a": "b"})
    run([step("a"), step("wide", cpus=2), step("b")], jobs=2, perform=watch)
    assert watch.begun == ["a", "b", "wide"]


def test_what_is_to_be_alone_has_every_cpu_and_nothing_beside_it() -> None:
    watch = Watch(until={"a": "b"})
    evidence, _ = run([step("a"), step("alone", alone=True), step("b"), step("c")], jobs=3, perform=watch)
    assert evidence["alone"].notes == ("cpus=3",)
    assert watch.begun[-1] == "alone"
    assert watch.most == 3


def test_the_longest_way_to_the_end_comes_first() -> None:
    steps = [step("short"), step("long"), step("next", "long"), step("last", "next"), step("other")]
    assert critical_paths(steps)["long"] == 3 * steps[0].timeout_s
    watch = Watch()
    run(steps, jobs=1, perform=watch)
    assert watch.begun == ["long", "next", "short", "last", "other"]


def test_what_took_long_the_last_time_begins_early() -> None:
    steps = [step("a"), step("b"), step("c"), step("unknown", timeout_s=600.0)]
    expected = {"a": 1.0, "b": 30.0, "c": 2.0}
    assert critical_paths(steps, expected) == {**expected, "unknown": 600.0}
    watch = Watch()
    run_schedule(steps, 1, perform=watch, may_run=always, finished=lambda _, __: None, expected=expected)
    assert watch.begun == ["unknown", "b", "c", "a"]


def test_excused_steps_are_left_out_at_once() -> None:
    skip_reason = Reason(code="profile", text="outside this profile")
    evidence, ended = run([step("a"), step("b", skip_reason=skip_reason), step("c", "b")])
    assert evidence["b"].skipped == skip_reason
    assert ended[0] == "b"
    assert evidence["c"].skipped is None


def test_what_may_not_run_is_left_out_with_all_that_waits_for_it() -> None:
    def may_run(one: Step, done: Mapping[str, Evidence]) -> Reason | None:
        blocked = one.id == "s0" or any(done[before].skipped for before in one.after)
        return Reason(code="needs", text="it needs what did not pass") if blocked else None

    chain = [step("s0"), *(step(f"s{number}", f"s{number - 1}") for number in range(1, 3000))]
    evidence, ended = run(chain, may_run=may_run)
    assert all(value.skipped for value in evidence.values())
    assert len(ended) == 3000


def test_a_bug_is_raised_when_the_others_have_ended() -> None:
    ended: list[str] = []

    runs = {"other": threading.Event(), "never": threading.Event()}

    def perform_or_break(one: Step, cpus: int) -> Evidence:
        if one.id == "broken":
            assert runs["other"].wait(_PATIENCE_S)
            raise ZeroDivisionError
        runs[one.id].set()
        # the CPU of the broken step is free by now
        assert not runs["never"].wait(0.1)
        return perform(one, cpus)

    steps = [step("broken"), step("other"), step("never")]
    with pytest.raises(ZeroDivisionError):
        run_schedule(steps, 2, perform=perform_or_break, may_run=always, finished=lambda one, _: ended.append(one.id))
    assert ended == ["other"]


def test_an_error_of_the_listener_ends_what_runs() -> None:
    stop = threading.Event()

    def waiting(one: Step, cpus: int) -> Evidence:
        if one.id == "slow":
            assert stop.wait(_PATIENCE_S)
        return perform(one, cpus)

    def finished(_: Step, __: Evidence) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run_schedule(
            [step("slow"), step("quick")], 2, perform=waiting, may_run=always, finished=finished, interrupt=stop.set
        )
    assert stop.is_set()


def test_ctrl_c_stops_what_runs_and_starts_nothing_more() -> None:
    stop = threading.Event()
    begun: list[str] = []
    ended: list[str] = []

    def waiting(one: Step, cpus: int) -> Evidence:
        begun.append(one.id)
        if len(begun) == 2:
            press_ctrl_c()
        assert stop.wait(_PATIENCE_S)
        return perform(one, cpus)

    with pytest.raises(KeyboardInterrupt):
        run_schedule(
            [step("a"), step("b"), step("c")],
            2,
            perform=waiting,
            may_run=always,
            finished=lambda one, _: ended.append(one.id),
            interrupt=stop.set,
        )
    assert sorted(begun) == sorted(ended) == ["a", "b"]


def test_ctrl_c_twice_asks_twice() -> None:
    asked, asked_twice = threading.Event(), threading.Event()

    def waiting(one: Step, cpus: int) -> Evidence:
        press_ctrl_c()
        assert asked.wait(_PATIENCE_S)
        press_ctrl_c()
        assert asked_twice.wait(_PATIENCE_S)
        return perform(one, cpus)

    def interrupt() -> None:
        (asked_twice if asked.is_set() else asked).set()

    with pytest.raises(KeyboardInterrupt):
        run_schedule([step("a")], 1, perform=waiting, may_run=always, finished=lambda _, __: None, interrupt=interrupt)
    assert asked_twice.is_set()


@st.composite
def graphs(draw: st.DrawFn) -> list[Step]:
    """Any steps in an order in which each comes after what it needs."""
    steps: list[Step] = []
    for number in range(draw(st.integers(0, 12))):
        before = draw(st.lists(st.sampled_from([entry.id for entry in steps]), unique=True)) if steps else []
        half = len(before) // 2
        skip_reason = Reason(code="excused", text="") if draw(st.integers(0, 5)) == 0 else None
        cpus = draw(st.integers(0, 4))
        steps.append(step(f"s{number}", *before[:half], feeds=tuple(before[half:]), cpus=cpus, skip_reason=skip_reason))
    return steps


@settings(max_examples=60, deadline=None)
@given(steps=graphs(), jobs=st.integers(1, 4))
def test_any_graph_is_run_once_in_order_and_within_its_budget(steps: list[Step], jobs: int) -> None:
    watch = Watch()
    evidence, ended = run(steps, jobs, watch)
    assert list(evidence) == [entry.id for entry in steps]
    assert sorted(ended) == sorted(evidence)
    assert watch.most <= jobs
    for entry in steps:
        if entry.skip_reason is None:
            assert all(ended.index(before) < ended.index(entry.id) for before in (*entry.after, *entry.feeds))
        assert (evidence[entry.id].skipped is None) == (entry.skip_reason is None)
