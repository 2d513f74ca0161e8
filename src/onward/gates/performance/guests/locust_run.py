"""One locust at work: how it is called, and how it ended."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from pathlib import Path

# How long locust may take to start, its users' last requests to end, and locust beyond that to leave.
START_S = 60.0
STOP_S = 5
LEAVE_S = 30.0


class LocustRun:
    """Locust as a process of its own. `name` tells its files apart under `out`. It runs until it is stopped."""

    def __init__(
        self, options: argparse.Namespace, name: str, *, host: str, turns: dict[str, object] | None = None
    ) -> None:
        self.log = os.path.join(options.out, f"{name}.log")
        self._out = os.path.join(options.out, f"{name}-requests.json")
        asked = {"out": self._out, "pauses": turns is None, "turns": turns}
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                words(options, name, host, report=turns is None),
                env={**os.environ, "ONWARD_LOAD": json.dumps(asked)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def is_ready(self) -> bool:
        """Return whether all of its users are there."""
        return os.path.exists(self._out + ".ready")

    def left(self) -> int | None:
        """Return its exit code, None while it runs."""
        return self.process.poll()

    def stop(self) -> None:
        """Ask it to end its users and to write down what it has."""
        if self.process.poll() is None:
            self.process.terminate()

    def end(self) -> None:
        """End it where it does not by itself."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def last_words(self) -> str:
        """Return the last line that it printed, which says why it made no request."""
        text = Path(self.log).read_text(encoding="utf-8", errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return lines[-1] if lines else ""


def words(options: argparse.Namespace, name: str, host: str, *, report: bool) -> list[str]:
    """Return the command line of one run. It says nothing of time: locust's own clock starts before its users do."""
    # the interpreter that stands beside the program is the one that has locust
    python = os.path.join(os.path.dirname(options.locust), "python")
    argv = [python, options.recorder, "--headless", "-f", options.locustfile, "--host", host]
    argv += ["--users", str(options.users), "--spawn-rate", f"{options.spawn_rate:g}", "--stop-timeout", str(STOP_S)]
    argv += ["--html", os.path.join(options.out, f"{name}.html")] if report else []
    return [*argv, "--json-file", os.path.join(options.out, name), "--loglevel", "INFO", *options.arg]


def ready_s(options: argparse.Namespace) -> float:
    """Return how long users may take to be there."""
    return float(START_S + options.users / options.spawn_rate)


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Return the options that every program here knows, and those that `parser` has been told before."""
    for name in ("--locust", "--recorder", "--locustfile", "--host", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--spawn-rate", type=float, required=True)
    parser.add_argument("--arg", action="append", default=[])
    return parser.parse_args()


def show(path: str) -> None:
    """Repeat what locust printed, for the step's log."""
    print(Path(path).read_text(encoding="utf-8", errors="replace"))
