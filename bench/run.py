"""A whole run of the example application against the tools alone, as the run's own timeline shows them.

The tools, environments and workspaces are those of the user's own cache; a first run, which is not measured, makes
what is missing there.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.ratio import Result, seconds

_EXAMPLE = Path(__file__).parents[1] / "examples/namaskah"
_LEFT_BEHIND = shutil.ignore_patterns(".venv", "__pycache__", "node_modules", ".*_cache")


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a run says of itself: CPU seconds of each step's tools, seconds of each step, and what each came after."""

    cores: int
    cpu_s: Mapping[str, float]
    duration_s: Mapping[str, float]
    after: Mapping[str, Sequence[str]]

    @property
    def critical_path_s(self) -> float:
        """Return the seconds of the longest chain of steps."""
        ends: dict[str, float] = {}
        for step, before in self.after.items():
            ends[step] = max((ends.get(entry, 0.0) for entry in before), default=0.0) + self.duration_s.get(step, 0.0)
        return max(ends.values(), default=0.0)


def results() -> Iterator[Result]:
    """Measure one run in profile `quick`, the one that a person waits for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        root = folder / "namaskah"
        shutil.copytree(_EXAMPLE, root, ignore=_LEFT_BEHIND)
        _commit(root)
        env = {**os.environ, "ONWARD_STATE_DIR": str(folder / "state"), "NO_COLOR": "1"}
        _onward(root, env)
        before = _children_cpu_s()
        wall_s = seconds(lambda: _onward(root, env))
        cpu_s = _children_cpu_s() - before
        timeline = _timeline(max((folder / "state/runs").iterdir()) / "events.jsonl")
    tools_s = sum(timeline.cpu_s.values())
    yield Result(
        name="run: CPU",
        value=cpu_s / tools_s,
        limit=1.05,
        unit="x",
        detail=f"onward and all tools {cpu_s:.1f} s, the tools of {len(timeline.cpu_s)} steps {tools_s:.1f} s",
    )
    path_s, shared_s = timeline.critical_path_s, tools_s / timeline.cores
    yield Result(
        name="run: wall",
        value=wall_s / max(path_s, shared_s),
        limit=1.15,
        unit="x",
        detail=f"{wall_s:.1f} s, critical path {path_s:.1f} s, CPU over {timeline.cores} cores {shared_s:.1f} s",
    )


def _onward(root: Path, env: Mapping[str, str]) -> None:
    words = (sys.executable, "-m", "onward", "run", "--profile", "quick")
    done = subprocess.run(words, cwd=root, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise AssertionError(f"the run could not be measured, it ended with {done.returncode}:\n{done.stdout[-2000:]}")


def _commit(root: Path) -> None:
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    for words in (("init", "--quiet", "--initial-branch=main"), ("add", "."), (*who, "commit", "--quiet", "-m", "All")):
        subprocess.run(("git", *words), cwd=root, check=True, capture_output=True)


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _timeline(events: Path) -> Timeline:
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    start: dict[str, Any] = next(line["data"] for line in lines if line["type"] == "run.started")
    ended = [line["data"]["evidence"] for line in lines if line["type"] == "step.finished"]
    ran = [evidence for evidence in ended if evidence["skipped"] is None]
    return Timeline(
        cores=start["jobs"],
        cpu_s={evidence["step"]: evidence["cpu_s"] for evidence in ran},
        duration_s={evidence["step"]: evidence["duration_s"] for evidence in ran},
        after={step["id"]: [*step["after"], *step["feeds"]] for step in start["steps"]},
    )
