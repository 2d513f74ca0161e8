"""Look at what this machine has, before anything is planned; only what is asked for is looked at."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from onward.execute.provision.python.interpreters import Interpreters
from onward.execute.resources.context import ProbeContext
from onward.execute.resources.table import look
from onward.model.need import Need
from onward.model.places import Places
from onward.model.plan import Machine


def probe(needs: Iterable[Need], *, environ: Mapping[str, str], places: Places, offline: bool) -> Machine:
    """Return the machine with an answer to each of `needs`; several are looked at together."""
    asked = tuple(dict.fromkeys(needs))
    context = ProbeContext(environ=environ, places=places, interpreters=Interpreters(environ, places), offline=offline)
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = tuple(pool.map(lambda need: look(need, context), asked))
    found = dict(zip(asked, answers, strict=True))
    return Machine(system=platform.system().lower(), machine=os.uname().machine, cpus=cpus(), needs=found)


def cpus() -> int:
    """Return how many CPUs this process may use: those it is bound to, within the quota of its container."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, _, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").partition(" ")
        limit = -(-int(quota) // int(period))
    except (OSError, ValueError):
        # No control groups here, or no limit ("max").
        return bound
    return max(1, min(bound, limit))
