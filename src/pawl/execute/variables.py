"""The variables that steps which execute project code get: the declared ones, and the addresses of their services."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pawl.execute.services.pool import Leased
from pawl.model.pipeline import Pipeline

WORKERS = "PAWL_WORKER_SERVICES"


def step_variables(pipeline: Pipeline, leases: Sequence[Leased]) -> dict[str, str]:
    """Return the declared environment, each service's address in the variables it names, and what each worker gets.

    A pytest-xdist worker finds its own addresses in PAWL_WORKER_SERVICES: {"gw0": {"DATABASE_URL": …}, …}.
    """
    variables = dict(pipeline.environment)
    for leased in leases:
        variables |= dict.fromkeys(leased.spec.variables, leased.url)
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
