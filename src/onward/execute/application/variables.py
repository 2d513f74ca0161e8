"""The variables that programs of a step get: places of their own, the declared ones, and the addresses of services."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from onward.execute.cleanup.orphans import MARKER
from onward.execute.provision.python.environment import Environment
from onward.execute.services.pool import Leased
from onward.model.pipeline import Pipeline

WORKERS = "ONWARD_WORKER_SERVICES"


def plain_variables(
    environ: Mapping[str, str], run: Path, scratch: Path, environment: Environment | None
) -> dict[str, str]:
    """Return what every program of a step gets: where programs are, places of its own, and the mark of its run."""
    path = os.pathsep.join([str(environment.bin)] if environment else []) + os.pathsep
    return {
        "PATH": (path + environ.get("PATH", os.defpath)).strip(os.pathsep),
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        MARKER: str(run),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def import_path(environment: Environment | None, tree: Path, pipeline: Pipeline) -> dict[str, str]:
    """Return PYTHONPATH: where the code of packages lies whose metadata alone is installed, then what is declared."""
    if environment is None:
        return {}
    roots = [str(tree / root) for root in environment.import_roots]
    declared = dict(pipeline.environment).get("PYTHONPATH")
    path = os.pathsep.join([*roots, *([declared] if declared else [])])
    return {"PYTHONPATH": path} if path else {}


def project_variables(pipeline: Pipeline, leases: Sequence[Leased]) -> dict[str, str]:
    """Return the declared environment, and each service's address in the variables that it names."""
    variables = dict(pipeline.environment)
    for leased in leases:
        variables |= dict.fromkeys(leased.spec.variables, leased.url)
    return variables


def step_variables(pipeline: Pipeline, leases: Sequence[Leased]) -> dict[str, str]:
    """Return the project's variables and what each worker gets.

    A pytest-xdist worker finds its own addresses in ONWARD_WORKER_SERVICES: {"gw0": {"DATABASE_URL": …}, …}.
    """
    variables = project_variables(pipeline, leases)
    workers = max((len(leased.worker_urls) for leased in leases), default=0)
    if workers:
        variables[WORKERS] = json.dumps({f"gw{index}": _worker(leases, index) for index in range(workers)})
    return variables


def _worker(leases: Sequence[Leased], index: int) -> dict[str, str]:
    return {
        variable: leased.worker_urls[index]
        for leased in leases
        if index < len(leased.worker_urls)
        for variable in leased.spec.variables
    }
