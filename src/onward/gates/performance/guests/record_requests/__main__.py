"""Locust, called with its own arguments, that writes down every request and lets its users keep to their turns.

What it does besides stands in the variable ONWARD_LOAD as JSON: `out` names the file to write. With `turns`, users make
requests only while it is their side's turn, once the file `started` says when turns began: after each request they wait
until it is. `pauses` says whether users may pause between requests as the project's locustfile wants.
"""

import importlib
import inspect
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from .....guest.write_shape import write_shape
from ...shapes import Errors, Requests

# only the environment that locust runs in has these
events = importlib.import_module("locust").events
gevent = importlib.import_module("gevent")

ASKED = json.loads(os.environ["ONWARD_LOAD"])
TURNS = ASKED.get("turns")
BEGAN = time.time()

endpoints: Dict[Tuple[str, str], int] = {}
rows: List[Tuple[int, float, float, int]] = []
errors: List[str] = []
started: List[float] = []


def prepare(environment: Any, **_: object) -> None:
    """Take the pauses out of users where none are wanted."""
    if not ASKED.get("pauses", True):
        for user in environment.user_classes:
            without_pauses(user)


def without_pauses(user: Any) -> None:
    """Let a class of users, and the task sets in it, go on at once after each task."""
    user.wait_time = no_pause
    for task in user.tasks:
        if inspect.isclass(task):
            without_pauses(task)


def no_pause(_: object) -> float:
    """Return how long to pause, in seconds."""
    return 0.0


def note(request_type: str, name: str, response_time: float, exception: Optional[BaseException], **more: Any) -> None:
    """Write one request down; then hold its user until it is this side's turn."""
    number = endpoints.setdefault((request_type, name), len(endpoints))
    elapsed = float(response_time or 0.0)
    began = more.get("start_time") or time.time() - elapsed / 1000
    rows.append((number, round((began - BEGAN) * 1000, 2), round(elapsed, 3), int(not exception)))
    if TURNS is not None:
        await_turn()


def await_turn() -> None:
    """Return when this side may make a request that is likely to end within its block."""
    began = turns_began()
    while began is not None and (wait := until_turn(time.time() - began)) > 0:
        gevent.sleep(wait)


def turns_began() -> Optional[float]:
    """Return when the first block began, None as long as there are no turns yet."""
    if not started and os.path.exists(TURNS["started"]):
        started.append(float(Path(TURNS["started"]).read_text(encoding="utf-8")))
    return started[0] if started else None


def until_turn(since: float) -> float:
    """Return the seconds until this side's turn; before the first and after the last block everybody may go."""
    length, order = TURNS["block_s"], TURNS["order"]
    block, into = divmod(since, length)
    number = int(block)
    if since < 0 or number >= len(order):
        return 0.0
    if order[number] == TURNS["side"] and into <= length - TURNS["guard_s"]:
        return 0.0
    while number + 1 < len(order) and order[number + 1] != TURNS["side"]:
        number += 1
    return float((number + 1) * length - since)


def announce(**_: object) -> None:
    """Say that all users are there."""
    Path(ASKED["out"] + ".ready").touch()


def note_error(exception: BaseException, **_: object) -> None:
    """Write down that the project's own locustfile raised."""
    errors.append("%s: %s" % (type(exception).__name__, exception))


def write(**_: object) -> None:
    """Leave everything behind; locust has made its last request."""
    raised = Errors(len(errors), errors[0] if errors else "")
    found = Requests(began=BEGAN, endpoints=tuple(endpoints), rows=tuple(rows), errors=raised)
    write_shape(ASKED["out"], found)


def main() -> Any:
    """Be locust."""
    events.init.add_listener(prepare)
    events.spawning_complete.add_listener(announce)
    events.request.add_listener(note)
    events.user_error.add_listener(note_error)
    events.quit.add_listener(write)
    # the locustfile may import what the project has
    sys.path.insert(0, os.getcwd())
    return importlib.import_module("locust.main").main()


if __name__ == "__main__":
    sys.exit(main())
