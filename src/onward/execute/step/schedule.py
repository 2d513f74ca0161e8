"""Run steps side by side in the order of the plan, never granting more CPUs than there are."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from types import MappingProxyType

from onward.model.evidence import Evidence, Reason
from onward.model.plan import Step

Perform = Callable[[Step, int], Evidence]
MayRun = Callable[[Step, Mapping[str, Evidence]], Reason | None]
Finished = Callable[[Step, Evidence], None]

NOTHING_KNOWN: Mapping[str, float] = MappingProxyType({})

# Whoever interrupts this often does not want to wait for anything any more.
_PATIENCE = 3
# A signal that comes just before the main thread begins to wait does not wake it: it looks up this often.
_GLANCE_S = 0.2


def run_schedule(
    steps: Sequence[Step],
    jobs: int,
    *,
    perform: Perform,
    may_run: MayRun,
    finished: Finished,
    interrupt: Callable[[], None] = lambda: None,
    expected: Mapping[str, float] = NOTHING_KNOWN,
) -> Mapping[str, Evidence]:
    """Run every step once all that it comes after is done; return their evidence in the order of `steps`.

    `perform` gets the CPUs granted to the step and runs beside others in threads; the grants of running steps never add
    up to more than `jobs`. `may_run` leaves a step out by giving a reason. `finished` is called in the calling thread,
    one step at a time. What escapes `perform` is a bug: nothing more starts, and it is raised when the running steps
    have ended. On KeyboardInterrupt nothing more starts, `interrupt` is called (again for each further one) to end
    what runs, and the KeyboardInterrupt is raised once that has ended. `expected` are the seconds that steps took the
    last time, by their ids: what leads to the longest way to the end begins first, at equal length in the order of
    `steps`.
    """
    lengths = critical_paths(steps, expected)
    board = _Board(steps, max(1, jobs), lengths, perform=perform, may_run=may_run, finished=finished)
    try:
        board.run()
    except KeyboardInterrupt:
        board.drain(interrupt, finished)
        raise
    except BaseException:
        board.drain(interrupt, _forget)
        raise
    finally:
        board.dismiss()
    return {step.id: board.evidence[step.id] for step in steps}


def critical_paths(steps: Sequence[Step], expected: Mapping[str, float] = NOTHING_KNOWN) -> Mapping[str, float]:
    """Return for each step the seconds from its start to the end of the last step that waits for it.

    A step that is not `expected` to take any known time counts with its time limit: the unknown begins early.
    """
    lengths: dict[str, float] = {}
    behind: dict[str, float] = {}
    for step in reversed(steps):
        lengths[step.id] = expected.get(step.id, step.timeout_s) + behind.get(step.id, 0.0)
        for before in (*step.after, *step.feeds):
            behind[before] = max(behind.get(before, 0.0), lengths[step.id])
    return lengths


class _Board:
    """Which steps wait, run and are done; everything but `_work` happens in the calling thread."""

    def __init__(
        self,
        steps: Sequence[Step],
        jobs: int,
        lengths: Mapping[str, float],
        *,
        perform: Perform,
        may_run: MayRun,
        finished: Finished,
    ) -> None:
        self.evidence: dict[str, Evidence] = {}
        self._steps = steps
        self._jobs = self._free = jobs
        self._perform = perform
        self._may_run = may_run
        self._finished = finished
        self._open = {step.id: {*step.after, *step.feeds} for step in steps}
        self._followers: dict[str, list[Step]] = {}
        for step in steps:
            for before in self._open[step.id]:
                self._followers.setdefault(before, []).append(step)
        self._rank = {step.id: (-lengths[step.id], place) for place, step in enumerate(steps)}
        self._startable: list[tuple[tuple[float, int], Step]] = []
        self._running = 0
        # Whether a step has begun or will not begin any more is decided under this lock: an interrupt may come between
        # handing it over and its first breath.
        self._deciding = threading.Lock()
        self._begun: dict[str, threading.Event] = {}
        self._stopping = False
        self._threads = 0
        self._tasks: SimpleQueue[tuple[Step, int] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[Step, int, Evidence | BaseException]] = SimpleQueue()

    def run(self) -> None:
        """Bring every step to its end."""
        self._admit([step for step in self._steps if step.skip_reason is not None or not self._open[step.id]])
        bug: BaseException | None = None
        while self._start_ready(bug):
            step, result = self._next()
            if isinstance(result, BaseException):
                bug = bug or result
            else:
                self._admit(self._settle(step, result))
        if bug is not None:
            raise bug

    def drain(self, interrupt: Callable[[], None], finished: Finished) -> None:
        """Have the running steps ended, wait for them, and tell `finished` what they still brought."""
        with self._deciding:
            self._stopping = True
        for _ in range(_PATIENCE):
            try:
                interrupt()
                for over in self._begun.values():
                    while not over.wait(_GLANCE_S):
                        pass
                break
            except KeyboardInterrupt:  # who is impatient interrupts the steps once more
                continue
        while True:
            try:
                step, _, result = self._done.get_nowait()
            except Empty:  # told all that came
                return
            if isinstance(result, Evidence):
                finished(step, result)

    def dismiss(self) -> None:
        """Let the threads go."""
        for _ in range(self._threads):
            self._tasks.put(None)

    def _next(self) -> tuple[Step, Evidence | BaseException]:
        while True:
            try:
                step, cpus, result = self._done.get(timeout=_GLANCE_S)
                break
            except Empty:  # nothing ended; now a signal is seen that came just before the wait
                continue
        self._free += cpus
        self._running -= 1
        return step, result

    def _settle(self, step: Step, evidence: Evidence) -> list[Step]:
        """Note the end of a step; return the steps that waited for nothing else."""
        self.evidence[step.id] = evidence
        self._finished(step, evidence)
        for follower in self._followers.get(step.id, ()):
            self._open[follower.id].discard(step.id)
        return [one for one in self._followers.get(step.id, ()) if not self._open[one.id] and one.skip_reason is None]

    def _admit(self, steps: list[Step]) -> None:
        """Queue steps for which everything is there; what must be left out lets others move up in turn."""
        waiting = deque(steps)
        while waiting:
            step = waiting.popleft()
            reason = step.skip_reason or self._may_run(step, self.evidence)
            if reason is None:
                heapq.heappush(self._startable, (self._rank[step.id], step))
            else:
                waiting.extend(self._settle(step, Evidence(step=step.id, gate=step.gate, skipped=reason)))

    def _start_ready(self, bug: BaseException | None) -> bool:
        passed_over = []
        while self._startable and self._free and bug is None:
            rank, step = heapq.heappop(self._startable)
            wanted = self._granted(step)
            if wanted > self._free:
                # A narrower step may use the CPUs meanwhile.
                passed_over.append((rank, step))
                continue
            self._start(step, wanted)
        for item in passed_over:
            heapq.heappush(self._startable, item)
        return self._running > 0

    def _granted(self, step: Step) -> int:
        """Return how many CPUs a step gets: what it can use, or its share where it and others could use all there are.

        Sharing beats taking turns: no program keeps several CPUs as busy as several programs do with one each.
        """
        if step.check.alone:
            return self._jobs
        if step.check.cpus:
            return min(step.check.cpus, self._jobs)
        others = sum(not other.check.cpus for _, other in self._startable)
        return min(self._free, max(1, self._jobs // (1 + others)))

    def _start(self, step: Step, cpus: int) -> None:
        self._free -= cpus
        self._running += 1
        self._tasks.put((step, cpus))
        if self._running > self._threads:
            self._threads += 1
            threading.Thread(target=self._serve, name=f"onward-steps-{self._threads}", daemon=True).start()

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            self._work(*task)

    def _work(self, step: Step, cpus: int) -> None:
        over = threading.Event()
        with self._deciding:
            if self._stopping:
                return
            self._begun[step.id] = over
        try:
            self._done.put((step, cpus, self._perform(step, cpus)))
        except BaseException as error:  # noqa: BLE001  # carried over to the calling thread, which raises it
            self._done.put((step, cpus, error))
        finally:
            over.set()


def _forget(_: Step, __: Evidence) -> None:
    """Record nothing more: recording is what went wrong."""
