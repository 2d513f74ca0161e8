"""Let locust put load on the application, and watch meanwhile what the application and the machine use.

Writes load.json and load.html (locust's own), load-requests.json (every request), load.log and watch.json into the
folder for outputs. Always exits 0 when it could do that: how locust ended is a fact for the reader.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ..locust_run import LEAVE_S, STOP_S, LocustRun, parse, ready_s, show
from ..watched import Machine, Watched

NAME = "load"
SAMPLES = 600
LEAST_S = 0.25


def main() -> int:
    """Run locust and write watch.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, required=True)
    options = parse(parser)
    found = watch(options)
    Path(options.out, "watch.json").write_text(json.dumps(found), encoding="utf-8")
    return 0


def watch(options: argparse.Namespace) -> dict[str, object]:
    """Return what was seen while locust ran, and how it ended."""
    machine = Machine()
    locust = LocustRun(options, NAME, host=options.host)
    application, generator = Watched(options.pid), Watched(locust.process.pid)
    samples: list[dict[str, float]] = []

    def sample(until: float, *, unless: Callable[[], bool] = lambda: False) -> None:
        while locust.left() is None and time.monotonic() < until and not unless():
            samples.append(
                {"at": round(time.time(), 3), **application.sample(), "locust_s": generator.sample()["cpu_s"]}
            )
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
    words = locust.last_words()
    return {
        "format": 1,
        "complete": True,
        "exit": exit_code,
        "last_words": words,
        "machine": machine.seen(),
        "samples": samples,
    }


if __name__ == "__main__":
    sys.exit(main())
