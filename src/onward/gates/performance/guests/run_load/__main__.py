"""Let locust put load on the application, and watch meanwhile what the application and the machine use.

Writes load.json and load.html (locust's own), load-requests.json (every request), load.log and watch.json into the
folder for outputs. Always exits 0 when it could do that: how locust ended is a fact for the reader.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .....guest.write_shape import write_shape
from ...shapes import Sample, Watched
from ..locust_run import LEAVE_S, STOP_S, LocustRun, parse, ready_s, show
from ..watched import MachineWatch, Processes

NAME = "load"
SAMPLES = 600
LEAST_S = 0.25


def main() -> int:
    """Run locust and write watch.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, required=True)
    options = parse(parser)
    write_shape(Path(options.out, "watch.json"), watch(options))
    return 0


def watch(options: argparse.Namespace) -> Watched:
    """Return what was seen while locust ran, and how it ended."""
    machine = MachineWatch()
    locust = LocustRun(options, NAME, host=options.host)
    application, generator = Processes(options.pid), Processes(locust.process.pid)
    samples: list[Sample] = []

    def sample(until: float, *, unless: Callable[[], bool] = lambda: False) -> None:
        while locust.left() is None and time.monotonic() < until and not unless():
            samples.append(Sample(round(time.time(), 3), *application.sample(), generator.sample()[1]))
            time.sleep(max(LEAST_S, options.seconds / SAMPLES))

    try:
        sample(time.monotonic() + ready_s(options), unless=locust.is_ready)
        sample(time.monotonic() + options.seconds)
        locust.stop()
        sample(time.monotonic() + STOP_S + LEAVE_S)
    finally:
        exit_code = locust.left()
        locust.end()
        show(locust.log)
    return Watched(exit=exit_code, last_words=locust.last_words(), machine=machine.seen(), samples=tuple(samples))


if __name__ == "__main__":
    sys.exit(main())
