"""Copies of the project for steps to work in, so that the user's own files are never written to."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from onward.errors import ProvisionError
from onward.execute.source.mirror import Mirror
from onward.files import lock
from onward.model.facts import Project


class Workspaces:
    """The workspaces of one project: `CACHE/workspaces/PROJECT/N/`, locked by the file `N.lock` beside each.

    Several runs of onward on one project at once use different ones. Leaving the context releases the shared one.
    """

    def __init__(self, cache: Path, project: Project) -> None:
        self._project = project
        # Resolved, because tools print the places of files without links.
        self._home = cache.resolve() / "workspaces" / hashlib.sha256(os.fsencode(project.root)).hexdigest()[:16]
        self._stack = contextlib.ExitStack()
        self._sharing = threading.Lock()
        self._shared: Path | None = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Release the shared workspace."""
        self._stack.close()

    def shared(self) -> Path:
        """Return the workspace for all who only read, made at the first call. Raises ProvisionError as `own` does."""
        with self._sharing:
            if self._shared is None:
                self._shared = self._stack.enter_context(self.own())
            return self._shared

    @contextlib.contextmanager
    def own(self) -> Iterator[Path]:
        """Give a workspace to one step alone: exactly the project's files, whatever earlier steps did to it.

        Raises ProvisionError when it cannot be made (disk full, cache not writable, a file that cannot be read).
        """
        with contextlib.ExitStack() as stack:
            with _explained(self._home):
                slot = self._take(stack)
                folder = slot / (self._project.root.name or "project")
                self._mirror(slot, folder).synchronise(self._project.files, self._project.revision.tree)
            yield folder

    def _mirror(self, slot: Path, folder: Path) -> Mirror:
        sha256 = len(self._project.revision.head or "") == 64
        return Mirror(self._project.root, folder, slot, sha256=sha256)

    def _take(self, stack: contextlib.ExitStack) -> Path:
        for number in itertools.count():
            held = lock.take(self._home / f"{number}.lock", purpose=f"working on a copy of {self._project.root}")
            if held is None:
                continue
            stack.enter_context(held)
            slot = self._home / str(number)
            slot.mkdir(exist_ok=True)
            return slot
        raise AssertionError


@contextlib.contextmanager
def _explained(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ProvisionError(
            f"cannot create a workspace: {error.strerror or error}",
            where=str(error.filename or home),
            hint="free disk space (`onward cache prune`), or set ONWARD_CACHE_DIR to a writable folder",
        ) from error
