"""A thousand steps of `true` with their output captured, against a bare loop of posix_spawn, two at a time."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.ratio import Result, seconds
from onward.execute.process.processes import Call, Processes
from onward.execute.step.schedule import run_schedule
from onward.model.evidence import Evidence, LookedAt, Reading
from onward.model.facts import Project, Revision
from onward.model.gate import Check, CheckContext
from onward.model.pipeline import GateSettings, Pipeline, Profile
from onward.model.plan import Step

_STEPS = 1000
_ROUNDS = 5
# In memory where there is such a place: a busy disk would be all that is measured, on either side.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
_TRUE = shutil.which("true") or "/bin/true"


def results() -> Iterator[Result]:
    """Measure in fresh processes, so that neither side inherits the memory of another benchmark."""
    loops, rounds = [], []
    for _ in range(_ROUNDS):
        loops.append(_fresh("loop"))
        rounds.append(_fresh("steps"))
    loop = min(entry["wall_s"] for entry in loops)
    wall = min(entry["wall_s"] for entry in rounds)
    yield Result(
        name="engine: wall",
        value=wall / loop,
        limit=1.5,
        unit="x",
        detail=f"{_STEPS} steps {wall * 1000:.0f} ms, posix_spawn loop {loop * 1000:.0f} ms",
    )
    cpu_ms = min(entry["cpu_s"] for entry in rounds) / _STEPS * 1000
    yield Result(
        name="engine: own CPU a step", value=cpu_ms, limit=1.2, unit="ms", detail="user and system, children aside"
    )
    memory = max(entry["memory_mib"] for entry in rounds)
    yield Result(name="engine: memory", value=memory, limit=60, unit="MiB", detail="peak resident size")


def _fresh(what: str) -> dict[str, float]:
    done = subprocess.run((sys.executable, "-m", "bench.engine", what), capture_output=True, check=True)
    found = json.loads(done.stdout)
    return {str(name): float(value) for name, value in found.items()}


def _loop(folder: Path) -> None:
    running = 0
    for number in range(_STEPS):
        if running == 2:
            os.wait()
            running -= 1
        output = os.open(folder / f"{number}.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        actions = [(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)]
        os.posix_spawn(_TRUE, ["true"], {}, file_actions=actions)
        os.close(output)
        running += 1
    while running:
        os.wait()
        running -= 1


def _schedule(folder: Path) -> None:
    with Processes() as processes:

        def perform(step: Step, _: int) -> Evidence:
            ended = processes.run(Call(argv=(_TRUE,), cwd=folder, env={}, log=folder / f"{step.id}.txt", timeout_s=60))
            if ended.exit != 0:
                raise AssertionError(ended)
            return Evidence(step=step.id, gate=step.gate)

        run_schedule(_steps(folder), 2, perform=perform, may_run=lambda _, __: None, finished=lambda _, __: None)


def _steps(folder: Path) -> tuple[Step, ...]:
    revision = Revision(head=None, base=None, branch=None, tree=None, dirty=False)
    project = Project(
        root=folder, git_root=folder, git_dir=folder, prefix="", files=(), changed=None, revision=revision
    )
    pipeline = Pipeline(
        name="bench", pythons=(), deployed_python=None, source=(), tests=(), requirements=(),
        deployed_requirements=(), gates=(),
    )  # fmt: skip
    context = CheckContext(
        project=project, pipeline=pipeline, settings=GateSettings(gate="bench"), profile=Profile.FULL
    )
    check = Check(
        id="true", commands=lambda _: (), read=lambda _, __: Reading(looked_at=(LookedAt(what="runs", count=1),))
    )
    return tuple(
        Step(id=f"s{number}", gate="bench", check=check, context=context, commands=(), timeout_s=60)
        for number in range(_STEPS)
    )


def _measure(what: str) -> dict[str, float]:
    work = {"loop": _loop, "steps": _schedule}[what]
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        began_cpu = time.process_time()
        wall_s = seconds(lambda: work(Path(folder)))
        cpu_s = time.process_time() - began_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kibibytes on Linux, bytes on macOS.
    return {"wall_s": wall_s, "cpu_s": cpu_s, "memory_mib": peak / (1024**2 if sys.platform == "darwin" else 1024)}


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))
