"""Where PostgreSQL can come from, in order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pawl.execute.services import cluster, machine
from pawl.execute.services.cluster import Programs
from pawl.execute.services.supply import Offer, Provider, Site
from pawl.model.pipeline import ServiceSpec


def providers(site: Site) -> tuple[Provider, ...]:
    """Return the providers of PostgreSQL, the preferred one first."""
    return (Machine(site),)


@dataclass(frozen=True, slots=True)
class Machine:
    """PostgreSQL's programs as the machine has them."""

    site: Site
    name: str = "machine"

    def offers(self, spec: ServiceSpec) -> tuple[Offer, ...]:
        """Return one offer for each version that is installed."""
        folders = machine.postgres_folders(self.site.environ)
        found = (Programs(folder=folder, version=machine.program_version(folder / "postgres")) for folder in folders)
        return tuple(
            Offer(
                provider=self.name,
                detail=f"PostgreSQL {programs.version} in {programs.folder}",
                major=programs.major,
                open=partial(cluster.start, self.site, spec, programs, self.name),
            )
            for programs in found
        )
