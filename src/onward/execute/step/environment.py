"""Make one step's surroundings ready: a tree, places of its own, and a lease of each resource that it needs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from onward.execute.application.variables import plain_variables
from onward.execute.resources.context import LeaseContext, RunEnvironment, RunResources
from onward.execute.resources.table import lease_all
from onward.execute.step.tokens import united
from onward.model.gate import Where
from onward.model.need import Lease, RunningApplication
from onward.model.plan import Step


@contextmanager
def prepare(run: RunResources, step: Step, cpus: int, scratch: Path) -> Iterator[Lease]:
    """Yield all that `step` is leased, as one; ProvisionError or ServiceError when something cannot be had."""
    with ExitStack() as stack:
        tree = stack.enter_context(run.workspaces.own()) if _needs_own(step) else run.workspaces.shared()
        own = own_lease(run.site, step, cpus, scratch=scratch, tree=tree, guests=run.guests.folder())
        context = LeaseContext(run=run, step=step, cpus=cpus, tree=tree, scratch=scratch, stack=stack, held=(own,))
        yield united(step.id, lease_all(step.needs, context))


def _needs_own(step: Step) -> bool:
    return step.check.where is Where.OWN or any(isinstance(need, RunningApplication) for need in step.needs)


def own_lease(site: RunEnvironment, step: Step, cpus: int, *, scratch: Path, tree: Path, guests: Path) -> Lease:
    """Return what every step has without asking; `guests` is the folder of guest programs."""
    for name in ("work", "home", "tmp", "inputs"):
        (scratch / name).mkdir(exist_ok=True)
    return Lease(
        giver="onward",
        tokens={
            "tree": str(tree),
            "out": str(site.folder(step.id)),
            "scratch": str(scratch / "work"),
            "onward": sys.executable,
            "guest": str(guests),
            "jobs": str(cpus),
            "inputs": str(scratch / "inputs"),
            "git": str(site.project.git_dir),
            "gitroot": str(site.project.git_root),
        },
        variables={
            **plain_variables(site.environ, site.run, scratch, None),
            "PYTEST_XDIST_AUTO_NUM_WORKERS": str(cpus),
        },
    )
