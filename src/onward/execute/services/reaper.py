"""End what runs that died had started; called at the start of every run."""

from __future__ import annotations

from onward.execute.cleanup import leftovers
from onward.execute.cleanup.owned import Belonging, forget, orphans
from onward.execute.docker import engine
from onward.model.places import Places


def reap(places: Places) -> tuple[str, ...]:
    """End the servers, folders and containers of dead runs; return the ids of what was ended.

    A run whose lock is held or whose process lives is left alone, and so is every process that merely has a pid of
    ours. Shares of foreign servers wait for the next run that is given that server: only it has the password.
    """
    return tuple(belonging.id for belonging in orphans(places) if _end(places, belonging))


def _end(places: Places, belonging: Belonging) -> bool:
    if belonging.address:
        return False
    leftovers.end_processes(belonging)
    leftovers.clear_folder(belonging)
    if belonging.container and not engine.remove(belonging.mark):
        return False
    forget(places, belonging)
    return True
