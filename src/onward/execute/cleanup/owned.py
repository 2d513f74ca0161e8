"""What a run has started, written down before it starts, so that a later run can end it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from onward.errors import ServiceError
from onward.execute.process.identity import Identity, identify, is_alive
from onward.files import atomic, lock
from onward.model.places import RUN_LOCK, Places


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedResource:
    """One thing that must not outlive its run: a process with its folder, a container, or a share of a foreign server.

    `programs` are the executables whose processes have `folder` as their working directory. `label` is in the names of
    databases (or the values of claims) on the server at `address`, and the label of the container.
    """

    id: str
    run: str
    owner: int
    owner_started: str
    label: str
    folder: str = ""
    programs: tuple[str, ...] = ()
    pid: int = 0
    started: str = ""
    container: bool = False
    address: str = ""


class OwnedResources:
    """The owned of one run, one file each under `places.state/services`."""

    def __init__(self, places: Places, run_dir: Path) -> None:
        self._folder = places.state / "services"
        self._run_dir = run_dir

    def begin(self, service: str) -> OwnedResource:
        """Return a new resource with an id, which begins with `service`, and a label of its own; nothing is written yet."""
        label = secrets.token_hex(4)
        me = identify(os.getpid()) or Identity(os.getpid(), "")
        return OwnedResource(
            id=f"{service}-{label}",
            run=str(self._run_dir),
            owner=me.pid,
            owner_started=me.started,
            label=label,
        )

    def located(self, resource: OwnedResource, folder: Path, programs: tuple[str, ...]) -> OwnedResource:
        """Return it with the folder that it lives in and the programs that work there."""
        return replace(resource, folder=str(folder), programs=programs)

    def keep(self, resource: OwnedResource) -> OwnedResource:
        """Write it down, replacing what was written under its id. Raises ServiceError when that cannot be done."""
        path = self._folder / f"{resource.id}.json"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            atomic.write(path, json.dumps(asdict(resource)).encode())
        except OSError as error:
            raise ServiceError(
                f"cannot start a service, because onward cannot record its identity: {error.strerror}",
                where=str(path),
                hint="free disk space, or set ONWARD_STATE_DIR to a writable folder",
            ) from error
        return resource

    def keep_process(self, resource: OwnedResource, identity: Identity) -> OwnedResource:
        """Write down which process it is."""
        return self.keep(replace(resource, pid=identity.pid, started=identity.started))

    def forget(self, resource: OwnedResource) -> None:
        """Remove what was written: it is gone."""
        (self._folder / f"{resource.id}.json").unlink(missing_ok=True)


def forget(places: Places, resource: OwnedResource) -> None:
    """Remove a dead run's resource: it is gone."""
    (places.state / "services" / f"{resource.id}.json").unlink(missing_ok=True)


def orphans(places: Places) -> tuple[OwnedResource, ...]:
    """Return the owned of runs that are dead; those of living ones are left alone."""
    return tuple(resource for resource in _read_all(places.state / "services") if not _run_lives(resource))


def _read_all(folder: Path) -> Iterator[OwnedResource]:
    known = {field.name for field in fields(OwnedResource)}
    for path in sorted(folder.glob("*.json")):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            values = {key: value for key, value in raw.items() if key in known}
            yield OwnedResource(**values | {"programs": tuple(raw["programs"])})
        except (OSError, ValueError, TypeError, AttributeError, KeyError):
            # Taken away meanwhile by another onward, or not one of ours: nothing can be ended by it.
            continue


def _run_lives(resource: OwnedResource) -> bool:
    return is_alive(Identity(resource.owner, resource.owner_started)) or lock.is_held(Path(resource.run, RUN_LOCK))
