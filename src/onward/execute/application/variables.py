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
    return {
        "PATH": search_path(environ, environment),
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        MARKER: str(run),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def search_path(environ: Mapping[str, str], environment: Environment | None) -> str:
    """Return the PATH: the programs of the environment come first."""
    path = environ.get("PATH", os.defpath)
    return f"{environment.bin}{os.pathsep}{path}".strip(os.pathsep) if environment else path.strip(os.pathsep)


def import_path(environment: Environment | None, tree: Path, pipeline: Pipeline) -> dict[str, str]:
    """Return PYTHONPATH: where the code of packages lies whose metadata alone is installed, then what is declared."""
    if environment is None:
        return {}
    roots = [str(tree / root) for root in environment.import_roots]
    declared = dict(pipeline.environment).get("PYTHONPATH")
    path = os.pathsep.join([*roots, *([declared] if declared else [])])
    return {"PYTHONPATH": path} if path else {}


def addresses(leases: Sequence[Leased]) -> dict[str, str]:
    """Return each service's address in the variables that it names."""
    return {variable: leased.url for leased in leases for variable in leased.spec.variables}


def worker_addresses(leases: Sequence[Leased]) -> dict[str, str]:
    """Return where a pytest-xdist worker finds its own addresses: {"gw0": {"DATABASE_URL": …}, …} in one variable."""
    workers = max((len(leased.worker_urls) for leased in leases), default=0)
    if not workers:
        return {}
    return {WORKERS: json.dumps({f"gw{index}": _worker(leases, index) for index in range(workers)})}


def _worker(leases: Sequence[Leased], index: int) -> dict[str, str]:
    return {
        variable: leased.worker_urls[index]
        for leased in leases
        if index < len(leased.worker_urls)
        for variable in leased.spec.variables
    }
