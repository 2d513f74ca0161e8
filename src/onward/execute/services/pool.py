"""The services of one run: each started when the first step asks for it, leased to steps, stopped at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from onward.errors import OnwardError, ServiceError
from onward.execute.cleanup.owned import OwnedResources
from onward.execute.process.processes import Processes
from onward.execute.services import choose
from onward.execute.services.supply import Leased, ServiceContext, Supply, ToolSource
from onward.model.evidence import Reason
from onward.model.pipeline import ServiceSpec
from onward.model.places import Places

__all__ = ["Leased", "ServicePool"]


class ServicePool:
    """All services of a run. Several steps may lease at once; leaving the context stops what was started."""

    def __init__(
        self,
        specs: tuple[ServiceSpec, ...],
        *,
        places: Places,
        run_dir: Path,
        processes: Processes,
        tool_provider: ToolSource,
        environ: Mapping[str, str],
        strict_version: bool,
    ) -> None:
        context = ServiceContext(
            places=places,
            run_dir=run_dir,
            processes=processes,
            tool_provider=tool_provider,
            environ=environ,
            owned=OwnedResources(places, run_dir),
        )
        self._entries = {spec.name: _Entry(spec, context, strict=strict_version) for spec in specs}

    def __enter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop every service."""
        with ExitStack() as stack:
            for entry in self._entries.values():
                stack.callback(entry.close)

    @contextmanager
    def lease(self, step_id: str, names: tuple[str, ...], workers: int) -> Iterator[tuple[Leased, ...]]:
        """Yield the named services for one step, with an address more for each of `workers`; ServiceError if one fails.

        What the step gets is empty and nobody else's. The first lease of a service starts it.
        """
        with ExitStack() as stack:
            yield tuple(stack.enter_context(self._entries[name].lease(step_id, workers)) for name in names)

    def check(self, leases: tuple[Leased, ...]) -> Reason | None:
        """Return why a step's result cannot be believed: a server that it used has died; None when all still run."""
        for leased in leases:
            error = leased.error()
            if error is not None:
                text = f"{leased.use.ran} (services.{leased.name}) died while {leased.step} used it: {error}"
                return Reason(code="service", text=text)
        return None


class _Entry:
    """One declared service: not yet started, started, or found impossible; decided once."""

    def __init__(self, spec: ServiceSpec, context: ServiceContext, *, strict: bool) -> None:
        self._spec = spec
        self._context = context
        self._strict = strict
        self._guard = threading.Lock()
        self._supply: Supply | None = None
        self._notes: tuple[str, ...] = ()
        self._failure: OnwardError | None = None

    @contextmanager
    def lease(self, step_id: str, workers: int) -> Iterator[Leased]:
        with self._started().lease(workers) as leased:
            yield replace(leased, step=step_id, use=replace(leased.use, notes=(*self._notes, *leased.use.notes)))

    def close(self) -> None:
        # what does not end now stays written down, and the next run ends it
        with self._guard, suppress(ServiceError):
            if self._supply is not None:
                self._supply.close()

    def _started(self) -> Supply:
        with self._guard:
            if self._failure is not None:
                raise self._failure
            if self._supply is None:
                try:
                    self._supply, self._notes = choose.open_supply(self._spec, self._context, strict=self._strict)
                except OnwardError as error:
                    # What failed for one step would fail for the next one, only later.
                    self._failure = error
                    raise
            return self._supply
