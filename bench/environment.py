"""Making an environment, against uv alone making the same; and asking for it a second time."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from uv import find_uv_bin

from bench.ratio import Result, seconds
from onward.execute.process.processes import Processes
from onward.execute.provision.python.environment import Environments
from onward.execute.provision.python.interpreters import Interpreters
from onward.execute.provision.tools.provider import lock_file, registry_environment
from onward.model.facts import Project, Revision
from onward.model.need import EnvironmentUse
from onward.model.pipeline import Pipeline
from onward.model.places import Places

_ROUNDS = 9
_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_LOCK = "pip-audit.txt"


def results() -> Iterator[Result]:
    """Measure with a hashed lock that ships with onward; the first round only fills uv's cache."""
    with tempfile.TemporaryDirectory(prefix="onward-bench-") as name:
        rounds = [_round(Path(name).resolve(), number) for number in range(_ROUNDS + 1)][1:]
    uv, onward, again = (min(times) * 1000 for times in zip(*rounds, strict=True))
    # The two of a round had the same neighbours; the middle of all rounds had neither luck nor misfortune.
    above = statistics.median(mine - theirs for theirs, mine, _ in rounds) * 1000
    pins = lock_file(_LOCK).count(b"==")
    yield Result(
        name="environment: above uv",
        value=above,
        limit=20,
        unit="ms",
        detail=f"lock of {pins} packages: uv alone {uv:.0f} ms, onward {onward:.0f} ms",
    )
    yield Result(
        name="environment: again",
        value=again,
        limit=5,
        unit="ms",
        detail="read from its stamp, no process started",
    )


def _round(base: Path, number: int) -> tuple[float, float, float]:
    """Return the seconds of uv alone, of onward, and of onward the second time."""
    root = base / "project"
    root.mkdir(exist_ok=True)
    (root / "requirements.txt").write_bytes(lock_file(_LOCK))
    env = {**registry_environment(os.environ), "UV_CACHE_DIR": str(base / "uv")}
    places = Places(cache=base / f"cache{number}", state=base / "state")
    interpreters = Interpreters(os.environ, places)
    found = interpreters.find(_PYTHON)
    assert found is not None
    with Processes() as processes:
        first = Environments(places, processes, env, interpreters)
        second = Environments(places, processes, {"PATH": "/nonexistent"}, interpreters)
        turns = [lambda: _uv(found.path, base / f"alone{number}", root, env), lambda: _ask(first, root)]
        # Whoever comes second finds the disk warmer, or busier.
        order = (0, 1) if number % 2 else (1, 0)
        times = {turn: seconds(turns[turn]) for turn in order}
        return times[0], times[1], seconds(lambda: _ask(second, root))


def _uv(python: Path, folder: Path, root: Path, env: dict[str, str]) -> None:
    uv, inside, wanted = find_uv_bin(), str(folder / "bin" / "python"), str(root / "requirements.txt")
    subprocess.run((uv, "venv", "--quiet", "--python", str(python), str(folder)), env=env, check=True)
    install = (uv, "pip", "install", "--quiet", "--python", inside, "--require-hashes", "-r", wanted)
    subprocess.run(install, env=env, check=True)


def _ask(environments: Environments, root: Path) -> None:
    revision = Revision(head=None, base=None, branch=None, tree=None, dirty=False)
    project = Project(root=root, git_root=root, git_dir=root, prefix="", files=(), changed=None, revision=revision)
    pipeline = Pipeline(
        name="bench",
        pythons=(_PYTHON,),
        deployed_python=None,
        source=(),
        tests=(),
        requirements=("requirements.txt",),
        deployed_requirements=(),
        gates=(),
    )
    environments.prepare(project, pipeline, _PYTHON, EnvironmentUse())


def main() -> None:
    """Print the numbers beside their limits."""
    for result in results():
        print(f"{result.name}: {result.value:.2f} {result.unit} (limit {result.limit:g}); {result.detail}")


if __name__ == "__main__":
    main()
