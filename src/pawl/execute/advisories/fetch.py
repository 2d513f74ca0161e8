"""Import an archive from a file or an address."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import httpx

from pawl.errors import AdvisoryError
from pawl.execute.advisories.store import Edition, import_archive
from pawl.model.places import Places

_LARGEST = 2 * 1024**3


def import_from(source: str, places: Places, *, environ: Mapping[str, str], now: datetime) -> Edition:
    """Import the archive at `source`, a path or an http(s) address; AdvisoryError when it cannot be had or used."""
    if not source.startswith(("http://", "https://")):
        path = Path(source)
        if not path.is_file():
            raise AdvisoryError("there is no such file", where=source, hint="give the path of an OSV archive (zip)")
        return import_archive(path, places, source=str(path.resolve()), now=now)
    with tempfile.TemporaryDirectory(prefix="pawl-") as folder:
        path = Path(folder) / "archive.zip"
        _download(source, path, environ)
        return import_archive(path, places, source=source, now=now)


def _download(url: str, path: Path, environ: Mapping[str, str]) -> None:
    proxy = environ.get("HTTPS_PROXY") or environ.get("https_proxy")
    size = 0
    try:
        with (
            httpx.Client(proxy=proxy, timeout=60.0, follow_redirects=True) as client,
            client.stream("GET", url) as answer,
            path.open("wb") as file,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                size += len(chunk)
                if size > _LARGEST:
                    raise AdvisoryError("the archive is larger than 2 GiB", where=url)
                file.write(chunk)
    except (httpx.HTTPError, OSError) as error:
        raise AdvisoryError(f"the archive cannot be fetched ({error})", where=url, hint="check the address") from error
