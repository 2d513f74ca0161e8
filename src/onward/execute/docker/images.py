"""Images and containers that the steps of a run make: labelled from the start, and gone when the run is over."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from onward.execute.cleanup.owned import OwnedResource, OwnedResources
from onward.execute.docker import engine
from onward.model.places import Places


class Images(AbstractContextManager["Images"]):
    """The images of one run; nothing is asked of Docker before the first step that wants a label."""

    def __init__(self, places: Places, run: Path, environ: Mapping[str, str]) -> None:
        self._owned = OwnedResources(places, run)
        self._run = run
        self._environ = environ
        self._guard = threading.Lock()
        self._label_owner: OwnedResource | None = None

    def labels(self) -> tuple[str, str]:
        """Return the label that names the run, and the one by which what carries it is removed after the run.

        ServiceError when the state directory cannot be written: what is not written down could not be removed.
        """
        with self._guard:
            if self._label_owner is None:
                begun = replace(self._owned.begin("images"), container=True)
                self._label_owner = self._owned.keep(begun)
        return f"onward.run={self._run.name}", f"{engine.LABEL}={self._label_owner.label}"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Remove what carries the label; what cannot be removed now is left to the next run."""
        if self._label_owner is not None and engine.remove(self._label_owner.label, engine.environment(self._environ)):
            self._owned.forget(self._label_owner)


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a step needs to speak to the user's Docker engine: its address, and the user's plugins and logins."""
    reached = engine.environment(environ)
    home = reached.pop("HOME", "")
    reached.pop("PATH", None)
    return {"DOCKER_CONFIG": f"{home}/.docker", **reached} if home else reached
