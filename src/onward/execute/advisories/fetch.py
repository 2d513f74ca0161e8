"""Import an archive from a file or an address."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from onward.errors import AdvisoryError
from onward.execute import http
from onward.execute.advisories import databases
from onward.execute.advisories.match import ECOSYSTEMS
from onward.execute.advisories.store import import_archive, keep_archive
from onward.model.places import Places

_LARGEST = 2 * 1024**3


def import_from(source: str, places: Places, *, environ: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    """Import what is at `source`, a path or an http(s) address, and return what can be said of it.

    It is an OSV archive or Trivy's database; AdvisoryError when it cannot be had or used.
    """
    if not source.startswith(("http://", "https://")):
        path = Path(source)
        if not path.is_file():
            raise AdvisoryError("file not found", where=source, hint="give the path of an OSV archive (zip)")
        return _import(path, places, source=str(path.resolve()), now=now)
    with tempfile.TemporaryDirectory(prefix="onward-") as folder:
        path = Path(folder) / "archive"
        try:
            http.download(source, path, environ, largest=_LARGEST)
        except OSError as error:
            text = f"cannot fetch the archive ({error})"
            raise AdvisoryError(text, where=source, hint="check the address") from error
        return _import(path, places, source=source, now=now)


def _import(path: Path, places: Places, *, source: str, now: datetime) -> tuple[str, ...]:
    if databases.is_trivy_database(path):
        known = databases.import_trivy(path, places)
        return (f"imported Trivy's database of {str(known['UpdatedAt'])[:10]}",)
    counts = keep_archive(path, places, now)
    own = [name for name in ECOSYSTEMS if name in counts]
    said = [line for name in own for line in _import_own(path, places, ecosystem=name, source=source, now=now)]
    others = ", ".join(f"{count} about {name}" for name, count in sorted(counts.items()) if name not in own)
    return (*said, *((f"imported records for osv-scanner: {others}",) if others else ()))


def _import_own(path: Path, places: Places, *, ecosystem: str, source: str, now: datetime) -> Iterator[str]:
    made = import_archive(path, places, ecosystem=ecosystem, source=source, now=now)
    newest = made.data_date[:10]
    yield f"imported {made.records} records about {made.packages} packages of {ecosystem}, newest change {newest}"
    if made.unusable:
        yield f"{made.unusable} records name no versions; the gate reports those that concern a dependency"
