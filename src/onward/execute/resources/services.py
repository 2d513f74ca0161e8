"""PostgreSQL and Redis: from whoever can provide them here."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from onward.errors import OnwardError
from onward.execute.resources.context import LeaseContext, ProbeContext, ServiceLease
from onward.model.need import Availability, Service
from onward.model.pipeline import ServiceSpec

if TYPE_CHECKING:
    from onward.execute.services.supply import Provider


def available(need: Service, context: ProbeContext) -> Availability:
    """Say which providers have the declared service, or why none has. Nothing is started."""
    spec = next(spec for spec in context.services if need.name == spec.name)
    ways = _ways(spec, context)
    able = [detail for present, detail in ways if present]
    return Availability(
        present=bool(able),
        detail="; ".join(able or [detail for _, detail in ways]),
        hint=f"set ONWARD_{spec.kind.upper()}_URL to a server, start Docker, or install {spec.kind}",
    )


def _ways(spec: ServiceSpec, context: ProbeContext) -> list[tuple[bool, str]]:
    from onward.execute.cleanup.owned import OwnedResources  # noqa: PLC0415  # for `onward doctor` alone
    from onward.execute.process.processes import Processes  # noqa: PLC0415  # as above
    from onward.execute.provision.tools.provider import ToolProvider, registry_environment  # noqa: PLC0415  # as above
    from onward.execute.services import choose  # noqa: PLC0415  # as above
    from onward.execute.services.supply import ServiceContext  # noqa: PLC0415  # as above

    with tempfile.TemporaryDirectory(prefix="onward-") as folder, Processes() as processes:
        site = ServiceContext(
            places=context.places,
            run_dir=Path(folder),
            processes=processes,
            tool_provider=ToolProvider(context.places, processes, registry_environment(context.environ)),
            environ=context.environ,
            owned=OwnedResources(context.places, Path(folder)),
        )
        return [_offered(provider, spec) for provider in choose.providers(spec, site)]


def _offered(provider: Provider, spec: ServiceSpec) -> tuple[bool, str]:
    try:
        offers = provider.offers(spec)
    except OnwardError as error:
        return False, f"{provider.name}: {error.message}"
    return bool(offers), f"{provider.name}: {', '.join(offer.detail for offer in offers)}"


def lease(needs: tuple[Service, ...], context: LeaseContext) -> ServiceLease:
    """Give each service its share: addresses in variables where the project's code runs, and for each worker there."""
    from onward.execute.application import variables  # noqa: PLC0415  # for steps alone

    run, runs_project = context.run, context.environment is not None
    names = tuple(need.name for need in needs)
    leased = context.stack.enter_context(
        run.services.lease(context.step.id, names, context.cpus if runs_project else 0)
    )
    kinds = Counter(entry.spec.kind for entry in leased)
    # tokens are named by kind, and say nothing where there are two of one
    only = [entry for entry in leased if kinds[entry.spec.kind] == 1]
    urls = {f"{entry.spec.kind}.url": entry.url for entry in only}
    return ServiceLease(
        giver="services",
        leased=leased,
        tokens={**urls, **{f"{entry.spec.kind}.log": str(entry.log) for entry in only if entry.log}},
        variables={**variables.addresses(leased), **variables.worker_addresses(leased)} if runs_project else {},
        services=tuple(entry.use for entry in leased),
        notes=tuple(note for entry in leased for note in entry.use.notes),
        secrets=tuple(secret for entry in leased for secret in entry.secrets),
        error=lambda: run.services.check(leased),
    )
