"""A server process of onward's own: written down, started on a free port, waited for, and gone with its folder."""

from __future__ import annotations

import math
from collections.abc import Callable

from onward.errors import ServiceError
from onward.execute.cleanup import leftovers
from onward.execute.cleanup.owned import OwnedResource
from onward.execute.process import ports
from onward.execute.process.processes import Call, Ended, Handle
from onward.execute.process.wait import await_answer, with_tail
from onward.execute.services import server_dirs
from onward.execute.services.supply import ServiceContext
from onward.model.pipeline import ServiceSpec

_START_S = 60.0
_STOP_S = 5.0
_TRIES = 3
_LOG_BYTES = 1024 * 1024 * 1024


class Server:
    """One server. `title` is what messages call it; `first` is the signal that ends it quickest and cleanly."""

    def __init__(
        self,
        context: ServiceContext,
        spec: ServiceSpec,
        *,
        title: str,
        programs: tuple[str, ...],
        first: str,
        user: str | None,
    ) -> None:
        self._context = context
        self._title = title
        self._first = first
        self.user = user
        resource = context.owned.begin(spec.name)
        self.label = resource.label
        self.folder = server_dirs.folder_for(context.places, resource.id, self.user)
        self.log = context.log(resource.id)
        self._resource: OwnedResource = context.owned.located(resource, self.folder, programs)
        self._handle: Handle | None = None

    def prepare(self) -> None:
        """Write down what is about to be, then make the folder. Raises ServiceError."""
        self._context.owned.keep(self._resource)
        server_dirs.make_folder(self.folder, self.user)

    def start(self, argv: Callable[[int], tuple[str, ...]], answers: Callable[[int], bool]) -> int:
        """Start the server on a free port, wait until it answers, return the port. Raises ServiceError."""
        for _ in range(_TRIES - 1):
            port = ports.free_port()
            try:
                return self._start_on(port, argv, answers)
            except ServiceError:
                self._stop()
                # Somebody may have been faster: nothing else is worth a second try.
                if not ports.is_taken(port):
                    raise
        return self._start_on(ports.free_port(), argv, answers)

    def run(self, argv: tuple[str, ...]) -> Ended:
        """Run a program that prepares the server, as its user and in its folder."""
        return self._context.processes.run(self._call(argv, _START_S))

    def ended(self) -> str | None:
        """Return how the server died and the last lines of its log, None while it runs."""
        ended = self._handle.ended if self._handle is not None else None
        return None if ended is None else with_tail(ended.text or ended.outcome, self.log)

    def clear(self) -> None:
        """End the server and remove its folder. Repeatable."""
        self._stop()
        leftovers.clear_folder(self._resource)
        self._context.owned.forget(self._resource)

    def _stop(self) -> None:
        # What had to be killed may have left processes behind that are not in its group.
        if self._handle is not None and self._handle.stop(_STOP_S, first=self._first).exit is None:
            leftovers.end_processes(self._resource)

    def _start_on(self, port: int, argv: Callable[[int], tuple[str, ...]], answers: Callable[[int], bool]) -> int:
        started = self._context.processes.start(self._call(argv(port)))
        if isinstance(started, Ended):
            raise ServiceError(f"cannot start {self._title}: {started.text or started.outcome}")
        self._handle = started
        self._resource = self._context.owned.keep_process(self._resource, started.identity)
        await_answer(lambda: answers(port), self.ended, limit_s=_START_S, what=self._title)
        return port

    def _call(self, argv: tuple[str, ...], timeout_s: float = math.inf) -> Call:
        return Call(
            argv=argv,
            cwd=self.folder,
            env=self._context.server_environment(),
            log=self.log,
            timeout_s=timeout_s,
            cap_bytes=_LOG_BYTES,
            user=self.user,
        )
