"""Let two locusts work in turns, one on the base's application and one on the changed one, in short blocks.

Writes base.json, head.json (locust's own), base-requests.json, head-requests.json (every request), both logs and
turns.json into the folder for outputs. Always exits 0 when it could do that.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Based, End, Turns
from ..locust_run import LEAVE_S, STOP_S, LocustRun, parse, ready_s, show
from ..watched import MachineWatch

SIDES = ("base", "head")
# One round: whatever gets slowly better or worse meanwhile, or comes and goes, meets both sides alike.
ROUND = "bhhbhbbhhbbhbhhb"
GUARD = 0.1
SOON_S = 0.5


def main() -> int:
    """Run both and write turns.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--block-seconds", type=float, required=True)
    parser.add_argument("--warm-up", type=float, required=True)
    options = parse(parser)
    found = take_turns(options) if options.base else Based(base=False)
    write_shape(Path(options.out, "turns.json"), found)
    return 0


def take_turns(options: argparse.Namespace) -> Turns:
    """Return how the turns were, and how both ended."""
    machine = MachineWatch()
    order = tuple(SIDES[letter == "h"] for letter in ROUND * options.rounds)
    block_s, guard_s = options.block_seconds, round(options.block_seconds * GUARD, 4)
    started = os.path.join(options.out, "started")
    turns = {"block_s": block_s, "guard_s": guard_s, "order": order, "started": started}
    hosts = {"base": options.base, "head": options.host}
    runs = {side: LocustRun(options, side, host=hosts[side], turns={**turns, "side": side}) for side in SIDES}
    try:
        start = None
        if all_ready(list(runs.values()), ready_s(options)):
            start = begin(started, options.warm_up)
            wait(runs.values(), start + len(order) * block_s)
        ends = ended(runs)
    finally:
        for run in runs.values():
            run.end()
            show(run.log)
    return Turns(
        base=True,
        start=start,
        round=len(ROUND),
        block_s=block_s,
        guard_s=guard_s,
        order=order,
        ends=ends,
        machine=machine.seen(),
    )


def all_ready(runs: list[LocustRun], limit_s: float) -> bool:
    """Return whether the users of both sides are there; False when one side has left or does not get there."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline and all(run.left() is None for run in runs):
        if all(run.is_ready() for run in runs):
            return True
        time.sleep(0.1)
    return False


def begin(path: str, warm_up: float) -> float:
    """Let both work freely for a while, then say when the first block begins; return that time."""
    time.sleep(warm_up)
    start = time.time() + SOON_S
    Path(path + ".new").write_text(f"{start:.3f}", encoding="utf-8")
    os.replace(path + ".new", path)
    return start


def wait(runs: Iterable[LocustRun], until: float) -> None:
    """Wait until that time, or until one side has left."""
    while time.time() < until and all(run.left() is None for run in runs):
        time.sleep(0.1)


def ended(runs: dict[str, LocustRun]) -> dict[str, End]:
    """Stop both and return how each ended: exit code None where it had to be killed."""
    deadline = time.monotonic() + STOP_S + LEAVE_S
    for run in runs.values():
        run.stop()
    while any(run.left() is None for run in runs.values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return {side: End(run.left(), run.last_words()) for side, run in runs.items()}


if __name__ == "__main__":
    sys.exit(main())
