"""Where Redis can come from, in order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pawl.execute.services import machine
from pawl.execute.services.redis import RedisProgram
from pawl.execute.services.supply import Offer, Provider, Site
from pawl.model.pipeline import ServiceSpec


def providers(site: Site) -> tuple[Provider, ...]:
    """Return the providers of Redis, the preferred one first."""
    return (Machine(site),)


@dataclass(frozen=True, slots=True)
class Machine:
    """Redis or Valkey as the machine has it."""

    site: Site
    name: str = "machine"

    def offers(self, spec: ServiceSpec) -> tuple[Offer, ...]:
        """Return one offer for each program that is installed."""
        programs = machine.redis_programs(self.site.environ)
        return tuple(
            Offer(
                provider=self.name,
                detail=f"{program.name} {machine.program_version(program)}",
                major=machine.redis_major(program),
                open=partial(RedisProgram, self.site, spec, program, self.name),
            )
            for program in programs
        )
