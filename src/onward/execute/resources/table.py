"""The table of resources: one entry a kind of need. Probing, `onward doctor` and every step go through it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Generic, TypeVar

from onward.execute.resources import advisories, docker, network, programs, project, services
from onward.execute.resources.context import LeaseContext, ProbeContext, made_when_asked
from onward.model import need as kinds
from onward.model.need import Availability, Lease, Need
from onward.model.tool import Tool

N = TypeVar("N", bound=Need)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Generic[N]):
    """One kind of need: whether a machine has it, and what a step is handed for all its needs of the kind together.

    `tokens` are patterns of the tokens that a lease may give.
    """

    need: type[N]
    lease: Callable[[tuple[N, ...], LeaseContext], Lease]
    available: Callable[[N, ProbeContext], Availability] = made_when_asked
    tokens: tuple[str, ...] = ()


# In this order a step gets them: a resource may build on those before it, and its variables win over theirs.
RESOURCES: tuple[Resource[Any], ...] = (
    Resource(
        need=kinds.Interpreter, lease=programs.interpreter, available=programs.has_interpreter, tokens=("python",)
    ),
    Resource(need=kinds.Network, lease=network.lease),
    Resource(need=kinds.Account, lease=network.account, available=network.has_account),
    Resource(need=kinds.Advisories, lease=advisories.lease, available=advisories.available, tokens=("advisories.url",)),
    Resource(
        need=kinds.ScannerDatabase,
        lease=advisories.databases,
        available=advisories.has_database,
        tokens=("*.folder", "*.source"),
    ),
    Resource(need=kinds.RegistryAudit, lease=network.lease, available=advisories.answers_audits),
    Resource(
        need=kinds.DockerEngine, lease=docker.lease, available=docker.available, tokens=("image.run", "image.mark")
    ),
    Resource(need=kinds.BaseImage, lease=docker.nothing, available=docker.has_image),
    Resource(need=kinds.Browser, lease=programs.browser, available=programs.has_browser, tokens=("browser",)),
    Resource(need=kinds.BaseTree, lease=project.base_tree, tokens=("base.tree", "base.missing")),
    Resource(need=kinds.EnvironmentUse, lease=project.environment, tokens=("python",)),
    Resource(need=kinds.Packages, lease=project.packages, tokens=("node", "node.npm", "node.modules")),
    Resource(need=Tool, lease=programs.tools, available=programs.has_tool, tokens=("tool:*",)),
    Resource(need=kinds.Service, lease=services.lease, available=services.available, tokens=("*.url", "*.log")),
    Resource(need=kinds.RunningApplication, lease=project.running, tokens=("*.url", "*.pid", "*.log", "secret:*")),
)


def look(need: Need, context: ProbeContext) -> Availability:
    """Return whether this machine meets a need."""
    return next(resource for resource in RESOURCES if resource.need is type(need)).available(need, context)


def lease_all(needs: Iterable[Need], context: LeaseContext) -> tuple[Lease, ...]:
    """Return what the context holds and a lease for each kind among `needs`. Raises ProvisionError or ServiceError."""
    asked = tuple(needs)
    for resource in RESOURCES:
        mine = tuple(need for need in asked if type(need) is resource.need)
        if mine:
            context = replace(context, held=(*context.held, _declared(resource, resource.lease(mine, context))))
    return context.held


def _declared(resource: Resource[Any], lease: Lease) -> Lease:
    unknown = [token for token in lease.tokens if not any(fnmatchcase(token, entry) for entry in resource.tokens)]
    if unknown:
        raise LookupError(f"{lease.giver} gives the tokens {unknown}, which its entry in the table does not name")
    return lease
