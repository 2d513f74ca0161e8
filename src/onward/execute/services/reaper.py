"""End what runs that died had started; called at the start of every run."""

from __future__ import annotations

from onward.execute.cleanup import leftovers
from onward.execute.cleanup.owned import OwnedResource, forget, orphans
from onward.execute.docker import engine
from onward.model.places import Places


def reap(places: Places) -> tuple[str, ...]:
    """End the servers, folders and containers of dead runs; return the ids of what was ended.

    A run whose lock is held or whose process lives is left alone, and so is every process that merely has a pid of
    ours. Shares of foreign servers wait for the next run that is given that server: only it has the password.
    """
    return tuple(resource.id for resource in orphans(places) if _end(places, resource))


def _end(places: Places, resource: OwnedResource) -> bool:
    if resource.address:
        return False
    leftovers.end_processes(resource)
    leftovers.clear_folder(resource)
    if resource.container and not engine.remove(resource.label):
        return False
    forget(places, resource)
    return True
