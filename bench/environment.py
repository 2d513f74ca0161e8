"""Making an environment against uv alone doing the same, and asking for it a second time."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from uv import find_uv_bin

from pawl.execute.environment import Environments
from pawl.execute.interpreters import Interpreters
from pawl.execute.process import Processes
from pawl.execute.tools import lock_file, registry_environment
from pawl.model.facts import Project, Revision
from pawl.model.gate import EnvironmentUse
from pawl.model.pipeline import Pipeline
from pawl.model.places import Places

ROUNDS = 7
ABOVE_UV_MS = 20.0
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def project(root: Path) -> Project:
    revision = Revision(head=None, base=None, branch=None, tree=None, dirty=False)
    return Project(root=root, git_root=root, git_dir=root, prefix="", files=(), changed=None, revision=revision)


def pipeline() -> Pipeline:
    return Pipeline(
        name="bench",
        pythons=(PYTHON,),
        deployed_python=None,
        source=(),
        tests=(),
        requirements=("requirements.txt",),
        deployed_requirements=(),
        gates=(),
    )


def uv_alone(python: Path, folder: Path, root: Path, env: dict[str, str]) -> float:
    """Return the seconds that uv takes by itself."""
    began = time.perf_counter()
    inside = str(folder / "bin" / "python")
    install = [find_uv_bin(), "pip", "install", "--quiet", "--python", inside, "--require-hashes"]
    subprocess.run([find_uv_bin(), "venv", "--quiet", "--python", str(python), str(folder)], env=env, check=True)
    subprocess.run([*install, "-r", str(root / "requirements.txt")], env=env, check=True)
    return time.perf_counter() - began


def with_pawl(environments: Environments, root: Path) -> float:
    """Return the seconds that pawl takes, from the question to the answer."""
    began = time.perf_counter()
    environments.prepare(project(root), pipeline(), PYTHON, EnvironmentUse())
    return time.perf_counter() - began


def measure(base: Path) -> tuple[list[float], list[float], list[float]]:
    """Return the seconds of uv alone, of pawl, and of pawl the second time, round by round."""
    root = base / "project"
    root.mkdir()
    (root / "requirements.txt").write_bytes(lock_file("pip-audit.txt"))
    env = {**registry_environment(os.environ), "UV_CACHE_DIR": str(base / "uv")}
    alone, pawl, again = [], [], []
    for number in range(ROUNDS + 1):
        places = Places(cache=base / f"cache{number}", state=base / "state")
        interpreters = Interpreters(os.environ, places)
        found = interpreters.find(PYTHON)
        if found is None:
            raise SystemExit(f"there is no Python {PYTHON}")
        with Processes() as processes:
            alone.append(uv_alone(found.path, base / f"alone{number}", root, env))
            pawl.append(with_pawl(Environments(places, processes, env, interpreters), root))
            again.append(
                with_pawl(Environments(places, processes, {**env, "PATH": "/nonexistent"}, interpreters), root)
            )
        shutil.rmtree(places.cache)
    # The first round fills uv's cache.
    return alone[1:], pawl[1:], again[1:]


def main() -> bool:
    """Print the medians beside their bounds; return whether they hold."""
    with tempfile.TemporaryDirectory(prefix="pawl-bench-") as folder:
        rounds = measure(Path(folder))
    alone, pawl, again = (statistics.median(seconds) * 1000 for seconds in rounds)
    # Each round's pair was measured under the same load.
    above = statistics.median(own - uv for uv, own in zip(*rounds[:2], strict=True)) * 1000
    bound = f"at most {ABOVE_UV_MS:g}"
    print(f"environment: uv alone {alone:.0f} ms, pawl {pawl:.0f} ms, ratio {pawl / alone:.2f}")
    print(f"environment: above uv {above:.1f} ms ({bound}); the second time {again:.2f} ms, nothing started")
    return above <= ABOVE_UV_MS


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
