"""Fetch one package of the npm registry and unpack it, when it is byte for byte the one that was pinned."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

from onward.errors import ProvisionError
from onward.execute.provision.installer import Installer
from onward.execute.source import archives
from onward.model.tool import Npm

# The folder inside every npm archive.
PACKAGE = "package"


def on_path(environ: Mapping[str, str]) -> Path | None:
    """Return npm as the user has it."""
    found = shutil.which("npm", path=environ.get("PATH", ""))
    return Path(found) if found else None


def unpack(source: Npm, folder: Path, installer: Installer, npm: Callable[[], Path]) -> None:
    """Fetch `source` with npm (so with the user's registry) and unpack it to `folder`/package.

    None of the package's scripts run. ProvisionError when the archive is not the pinned one.
    """
    spec = f"{source.package}@{source.version}"
    program = npm()
    argv = (str(program), "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), spec)
    # npm from a wheel starts the node beside it, which it finds on the PATH.
    path = f"{program.parent}:{installer.environ.get('PATH', '')}"
    installer.run(argv, cwd=folder, log=folder / "make.log", env={"PATH": path})
    packed = list(folder.glob("*.tgz"))
    if len(packed) != 1:
        raise ProvisionError(f"npm wrote {len(packed)} archives for {spec}, expected 1", where=spec)
    _check(packed[0], source, spec)
    with tarfile.open(packed[0]) as archive:
        archives.extract(archive, folder)
    packed[0].unlink()


def _check(archive: Path, source: Npm, spec: str) -> None:
    algorithm, _, expected = source.integrity.partition("-")
    with archive.open("rb") as stream:
        actual = base64.b64encode(hashlib.file_digest(stream, algorithm).digest()).decode()
    if actual != expected:
        raise ProvisionError(
            f"{spec} does not match its pinned digest: its {algorithm} is {actual}",
            where=spec,
            hint="the registry or a proxy serves a different archive; do not run it",
        )
