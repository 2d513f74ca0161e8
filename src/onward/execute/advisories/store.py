"""Imported OSV archives: checked whole, re-packed by package so that one query reads one member."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from onward.errors import AdvisoryError
from onward.execute.advisories.match import ECOSYSTEMS, Record, is_undetermined, package_names
from onward.files import atomic
from onward.model.places import Places

_LARGEST_RECORD = 8 * 1024 * 1024
_SCALIBR = "osv-scalibr"
_HINT = "give OSV's archive of one ecosystem, such as PyPI: a zip with one JSON record a file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Which data is there: `data_date` is the newest change of a record (ISO 8601) that is not in the future.

    `unusable` counts records that name no version in any way, so that nobody can say what they affect.
    """

    source: str
    sha256: str
    imported_at: str
    data_date: str
    records: int
    packages: int
    unusable: int


def folder(places: Places) -> Path:
    """Return where advisory data is kept."""
    return places.cache / "advisories"


def home(places: Places, ecosystem: str) -> Path:
    """Return where the records of one ecosystem are kept."""
    return folder(places) / "packages" / ecosystem


def editions(places: Places) -> dict[str, Edition]:
    """Return what was imported, by ecosystem: only those whose versions can be compared here."""
    found = ((ecosystem, edition(places, ecosystem)) for ecosystem in ECOSYSTEMS)
    return {ecosystem: known for ecosystem, known in found if known is not None}


def edition(places: Places, ecosystem: str) -> Edition | None:
    """Return what was imported about one ecosystem, None when nothing was."""
    try:
        text = (home(places, ecosystem) / "edition.json").read_text(encoding="utf-8")
        return Edition(**json.loads(text))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError) as error:
        raise AdvisoryError(
            f"cannot read the imported advisories ({error})",
            where=str(home(places, ecosystem)),
            hint="import them again with `onward advisories import FILE`",
        ) from error


def import_archive(archive: Path, places: Places, *, ecosystem: str, source: str, now: datetime) -> Edition:
    """Check `archive`, keep what it says of `ecosystem`, and return its edition.

    What was imported before stays until this one is complete.
    """
    by_package, by_id, newest, unusable = _sorted_records(archive, ecosystem, now)
    if not by_id:
        raise AdvisoryError(f"the archive contains no record of {ecosystem}", where=str(archive), hint=_HINT)
    target = home(places, ecosystem)
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    made = Edition(
        source=source,
        sha256=digest,
        imported_at=now.isoformat(timespec="seconds"),
        data_date=newest,
        records=len(by_id),
        packages=len(by_package),
        unusable=unusable,
    )
    try:
        target.mkdir(parents=True, exist_ok=True)
        with atomic.draft(target / "packages.zip") as fresh:
            _pack(fresh, by_package, by_id, ecosystem)
        atomic.write(target / "edition.json", json.dumps(asdict(made), indent=2).encode())
    except OSError as error:
        raise AdvisoryError(f"cannot store the advisories: {error.strerror}", where=str(target)) from error
    return made


def archives(places: Places) -> Path:
    """Return the folder in which osv-scanner looks for archives."""
    return folder(places) / "osv"


def ecosystems(places: Places) -> dict[str, str]:
    """Return the ecosystems of which an archive is kept, each with the date of its newest record."""
    found = sorted((archives(places) / _SCALIBR).glob("*/date.txt"))
    return {path.parent.name: path.read_text(encoding="ascii") for path in found if (path.parent / "all.zip").exists()}


def keep_archive(archive: Path, places: Places, now: datetime) -> dict[str, int]:
    """Keep `archive` as it is for the ecosystems that it is about; return how many records speak of each.

    Some records of one ecosystem speak of others, too: what is in all records is what the archive is about, and only
    where nothing is, everything that is in any.
    """
    every: dict[str, int] = defaultdict(int)
    newest, total, today = "", 0, now.isoformat()
    for record in _records(archive):
        total += 1
        newest = max(newest, record["modified"] if record["modified"] <= today else "")
        for ecosystem in _ecosystems(record):
            every[ecosystem] += 1
    counts = {name: count for name, count in every.items() if count == total} or every
    if not counts:
        raise AdvisoryError("the archive names no package", where=str(archive), hint=_HINT)
    try:
        for ecosystem in counts:
            target = archives(places) / _SCALIBR / ecosystem
            target.mkdir(parents=True, exist_ok=True)
            with atomic.draft(target / "all.zip") as fresh:
                shutil.copyfile(archive, fresh)
            atomic.write(target / "date.txt", newest.encode("ascii"))
    except OSError as error:
        raise AdvisoryError(f"cannot store the advisories: {error.strerror}", where=str(archives(places))) from error
    return dict(counts)


def _ecosystems(record: Record) -> set[str]:
    """Return the ecosystems of a record without their releases ("Debian:12" is Debian); odd names are no folders."""
    named = {str(one.get("package", {}).get("ecosystem", "")).partition(":")[0] for one in record.get("affected", ())}
    return {name for name in named if re.fullmatch(r"[A-Za-z][A-Za-z0-9 ._-]*", name)}


def _sorted_records(
    archive: Path, ecosystem: str, now: datetime
) -> tuple[dict[str, list[Record]], dict[str, Record], str, int]:
    by_package: dict[str, list[Record]] = defaultdict(list)
    by_id: dict[str, Record] = {}
    newest, unusable, today = "", 0, now.isoformat()
    for record in _records(archive):
        names = package_names(record, ecosystem)
        if not names:
            continue
        unusable += is_undetermined(record)
        by_id[record["id"]] = record
        newest = max(newest, record["modified"] if record["modified"] <= today else "")
        for name in names:
            by_package[name].append(record)
    return by_package, by_id, newest, unusable


def _records(archive: Path) -> Iterator[Record]:
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                if member.filename.endswith(".json") and not member.is_dir():
                    yield _record(opened, member, archive)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise AdvisoryError(f"not a readable zip archive ({error})", where=str(archive), hint=_HINT) from error


def _record(opened: zipfile.ZipFile, member: zipfile.ZipInfo, archive: Path) -> Record:
    where = f"{archive}!{member.filename}"
    if member.file_size > _LARGEST_RECORD:
        raise AdvisoryError(f"a record of {member.file_size} bytes is not an advisory", where=where, hint=_HINT)
    try:
        record = json.loads(opened.read(member))
    except ValueError as error:
        raise AdvisoryError(f"a record is not JSON ({error})", where=where, hint=_HINT) from error
    if isinstance(record, dict) and isinstance(record.get("id"), str) and isinstance(record.get("modified"), str):
        return record
    raise AdvisoryError("a record has no id or no date", where=where, hint=_HINT)


def _pack(path: Path, by_package: dict[str, list[Record]], by_id: dict[str, Record], ecosystem: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
        for name, records in sorted(by_package.items()):
            packed.writestr(f"package/{name}.json", json.dumps(records, separators=(",", ":")))
        homes = {id_: min(package_names(record, ecosystem)) for id_, record in by_id.items()}
        for record_id, record in by_id.items():
            homes |= {alias: homes[record_id] for alias in record.get("aliases", ()) if alias not in by_id}
        packed.writestr("ids.json", json.dumps(homes, separators=(",", ":")))


class Library:
    """Read access to the imported records of one ecosystem; safe to use from several threads."""

    def __init__(self, places: Places, ecosystem: str) -> None:
        path = home(places, ecosystem) / "packages.zip"
        try:
            self._zip = zipfile.ZipFile(path)
            self._homes: dict[str, str] = json.loads(self._zip.read("ids.json"))
        except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
            raise AdvisoryError(
                f"cannot read the imported advisories ({error})",
                where=str(path),
                hint="import them again with `onward advisories import FILE`",
            ) from error

    def of_package(self, name: str) -> list[Record]:
        """Return the records of a package, given by its canonical name."""
        try:
            records: list[Record] = json.loads(self._zip.read(f"package/{name}.json"))
        except KeyError:  # no record names the package
            return []
        return records

    def by_id(self, wanted: str) -> Record | None:
        """Return the record with this id, or the one that names it as an alias."""
        home = self._homes.get(wanted)
        records = self.of_package(home) if home else []
        exact = next((record for record in records if record["id"] == wanted), None)
        return exact or next((record for record in records if wanted in record.get("aliases", ())), None)

    def close(self) -> None:
        """Let go of the archive."""
        self._zip.close()
