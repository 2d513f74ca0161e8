"""Unpack tar archives so that nothing of them lands outside of its folder, on every Python that onward runs on."""

from __future__ import annotations

import tarfile
from pathlib import Path

from onward.errors import ProvisionError


def extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack `archive` into `folder`. Raises ProvisionError or tarfile.TarError for what would reach beyond it."""
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
        return
    # Python 3.11.0 to 3.11.3 have no filters.
    for member in archive.getmembers():
        if not _stays_inside(member, folder.resolve()):
            raise ProvisionError(f"unexpected member {member.name} in the archive", where=str(folder))
    archive.extractall(folder)  # noqa: S202  # every member was looked at


def _stays_inside(member: tarfile.TarInfo, folder: Path) -> bool:
    place = folder / member.name
    if member.issym():
        return (place.parent / member.linkname).resolve().is_relative_to(folder)
    return (member.isfile() or member.isdir()) and place.resolve().is_relative_to(folder)
