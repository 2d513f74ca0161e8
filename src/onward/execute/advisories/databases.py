"""Vulnerability databases in the scanners' own formats: imported onto this machine, else fetched by the scanner itself."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onward.errors import AdvisoryError
from onward.execute.advisories import store
from onward.files import atomic
from onward.model.evidence import ServiceUse
from onward.model.need import Availability
from onward.model.places import Places

TRIVY = "trivy"
OSV = "osv"
IMPORTED = "imported"
LIVE = "live"
_TRIVY_SCHEMA = 2
_BOLT_MAGIC = bytes.fromhex("edda0ced")
_ASKED = {TRIVY: "https://ghcr.io/v2/", OSV: "https://api.osv.dev/v1/vulns/PYSEC-2014-8"}
_HINTS = {
    TRIVY: "run `onward advisories import FILE` with Trivy's database: a tar.gz of trivy.db and metadata.json",
    OSV: "run `onward advisories import FILE` with OSV's archive of each ecosystem that the image holds",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A scanner's database: where it is, or is put by the scanner, and whether it was imported."""

    name: str
    folder: Path
    source: str
    use: ServiceUse


def trivy_folder(places: Places) -> Path:
    """Return what Trivy takes for its cache when a database was imported."""
    return store.folder(places) / "trivy"


def trivy_metadata(places: Places) -> Mapping[str, object] | None:
    """Return what the imported Trivy database says of itself, None when none was imported."""
    path = trivy_folder(places) / "db" / "metadata.json"
    try:
        return _metadata(path.read_bytes(), str(path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise AdvisoryError(f"cannot read the imported database ({error.strerror})", where=str(path)) from error


def describe_trivy(known: Mapping[str, object] | None) -> str:
    """Return the metadata of a Trivy database in words."""
    return f"a database of {str(known['UpdatedAt'])[:10]}" if known else "nothing imported"


def database(name: str, places: Places) -> Database:
    """Return the database of one scanner ("trivy" or "osv")."""
    if name == TRIVY:
        known = trivy_metadata(places)
        ran = f"Trivy database of {str(known['UpdatedAt'])[:10]}" if known else "Trivy database, live"
        live = store.folder(places) / "trivy-live"
        return _database(name, trivy_folder(places) if known else live, ran, imported=known is not None)
    there = store.ecosystems(places)
    ran = f"OSV archives: {', '.join(there)}" if there else "OSV, live"
    return _database(name, store.archives(places), ran, imported=bool(there))


def _database(name: str, folder: Path, ran: str, *, imported: bool) -> Database:
    source = IMPORTED if imported else LIVE
    use = ServiceUse(name=f"{name}-database", asked=f"{name}-database", ran=ran, provider=source)
    return Database(name=name, folder=folder, source=source, use=use)


def availability(name: str, places: Places, environ: Mapping[str, str], *, offline: bool) -> Availability:
    """Say whether a scanner's database can be had: imported, else fetched, which `offline` forbids."""
    found = database(name, places)
    if found.source == IMPORTED:
        return Availability(present=True, detail=f"{found.use.ran}, imported")
    if offline:
        return Availability(present=False, detail=f"offline, and no {name} database imported", hint=_HINTS[name])
    from onward.execute import http  # noqa: PLC0415  # slow to import, and needed only where a registry is asked

    # Where databases are published a caller without a login is turned away, but that is an answer.
    if http.answers(_ASKED[name], environ, accepted=(200, 401)):
        return Availability(present=True, detail=found.use.ran)
    return Availability(
        present=False, detail=f"cannot reach the {name} database, and none is imported", hint=_HINTS[name]
    )


def is_trivy_database(archive: Path) -> bool:
    """Return whether a file is the archive in which Trivy's database is published."""
    return tarfile.is_tarfile(archive)


def import_trivy(archive: Path, places: Places) -> Mapping[str, object]:
    """Check Trivy's database in `archive`, keep it, and return its metadata; a bad one changes nothing."""
    target = trivy_folder(places)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target, prefix=".import-") as scratch:
            made = Path(scratch)
            known = _unpack(archive, made)
            (target / "db").mkdir(exist_ok=True)
            # the metadata goes last: a database without it is none
            for name in ("trivy.db", "metadata.json"):
                atomic.put(made / name, target / "db" / name)
    except OSError as error:
        raise AdvisoryError(f"cannot store the database: {error.strerror}", where=str(target)) from error
    return known


def _unpack(archive: Path, folder: Path) -> Mapping[str, object]:
    try:
        with tarfile.open(archive) as packed:
            members = {Path(member.name).name: member for member in packed.getmembers() if member.isreg()}
            for name in ("trivy.db", "metadata.json"):
                content = packed.extractfile(members[name])
                if content is not None:
                    with (folder / name).open("wb") as file:
                        shutil.copyfileobj(content, file)
        known = _metadata((folder / "metadata.json").read_bytes(), str(archive))
        with (folder / "trivy.db").open("rb") as file:
            header = file.read(20)
    except (KeyError, EOFError, tarfile.TarError) as error:
        raise AdvisoryError("the archive contains no Trivy database", where=str(archive), hint=_HINTS[TRIVY]) from error
    if header[16:20] != _BOLT_MAGIC:
        raise AdvisoryError("trivy.db is not a database", where=str(archive), hint=_HINTS[TRIVY])
    return known


def _metadata(content: bytes, where: str) -> Mapping[str, object]:
    try:
        known = json.loads(content)
        version, updated = known["Version"], known["UpdatedAt"]
    except (ValueError, KeyError, TypeError) as error:
        raise AdvisoryError("the database has no date", where=where, hint=_HINTS[TRIVY]) from error
    if version != _TRIVY_SCHEMA or not isinstance(updated, str):
        text = f"the database has schema {version}, expected {_TRIVY_SCHEMA}"
        raise AdvisoryError(text, where=where, hint=_HINTS[TRIVY])
    return dict(known)
