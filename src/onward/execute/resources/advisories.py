"""Known vulnerabilities: OSV's advisories, the databases of scanners, and registries that are asked by npm."""

from __future__ import annotations

from onward.execute.resources.context import LeaseContext, ProbeContext
from onward.execute.resources.network import registries
from onward.model.need import Advisories, Availability, Lease, RegistryAudit, ScannerDatabase


def available(need: Advisories, context: ProbeContext) -> Availability:
    """Say whether advisories about an ecosystem are imported, or the live service answers."""
    from onward.execute.advisories import source  # noqa: PLC0415  # an HTTP client, for this need alone

    return source.availability(need.name, context.places, context.environ, offline=context.offline)


def lease(needs: tuple[Advisories, ...], context: LeaseContext) -> Lease:
    """Give the address of the one mirror that serves every ecosystem."""
    url, use = context.run.advisories.lease()
    return Lease(giver=str(needs[0]), tokens={"advisories.url": url}, variables=registries(context), services=(use,))


def has_database(need: ScannerDatabase, context: ProbeContext) -> Availability:
    """Say whether a scanner's database is imported or can be fetched."""
    from onward.execute.advisories import databases  # noqa: PLC0415  # as above

    return databases.availability(need.name, context.places, context.environ, offline=context.offline)


def databases(needs: tuple[ScannerDatabase, ...], context: LeaseContext) -> Lease:
    """Give where each database is, and whether it was imported."""
    found = [context.run.advisories.database(need.name) for need in needs]
    folders = {f"{entry.name}.folder": str(entry.folder) for entry in found}
    return Lease(
        giver=str(needs[0]),
        tokens={**folders, **{f"{entry.name}.source": entry.source for entry in found}},
        variables=registries(context),
        services=tuple(entry.use for entry in found),
    )


def answers_audits(_: RegistryAudit, context: ProbeContext) -> Availability:
    """Say whether the registry answers `npm audit`, which only asking shows."""
    if context.offline:
        detail = "offline: onward does not query the registry for advisories"
        return Availability(present=False, detail=detail, hint="run without --offline")
    from onward.execute.advisories import npm_audit  # noqa: PLC0415  # as above

    return npm_audit.availability(context.environ)
