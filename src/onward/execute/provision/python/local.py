"""Packages whose source is the project itself: known by their metadata, imported from the workspace.

Their code must not be installed: it changes with every edit while the environment stays, and an editable installation
would name one workspace for all. So a wheel is built from a copy, and only what describes the package is kept of it.
"""

from __future__ import annotations

import shutil
import zipfile
from collections import Counter
from pathlib import Path

from onward.errors import ProvisionError
from onward.execute.provision.installer import Installer
from onward.execute.provision.python.declared import Local
from onward.model.guest import OWN_MARK

# A version that comes from git tags cannot be known in a copy without its history.
_PRETEND = {"SETUPTOOLS_SCM_PRETEND_VERSION": "0.0.0", "PBR_VERSION": "0.0.0"}


def copy(root: Path, files: tuple[str, ...], target: Path) -> None:
    """Copy the project's files (those that still exist) to `target`."""
    for name in files:
        source, copied = root / name, target / name
        if source.is_file():
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copied)


def shell_wheel(
    local: Local, root: Path, files: tuple[str, ...], *, folder: Path, installer: Installer
) -> tuple[Path, tuple[str, ...]]:
    """Return a wheel with the package's metadata and entry points only, and the folders that its code is in."""
    scratch, built = folder / "scratch", folder / "built"
    inside = tuple(name for name in files if local.folder == "." or name.startswith(f"{local.folder}/"))
    copy(root, inside, scratch)
    words = ("build", "--wheel", "--out-dir", str(built), "--python", str(folder / "env/bin/python"))
    installer.uv(*words, str(scratch / local.folder), cwd=folder, log=folder / "make.log", env=_PRETEND)
    shutil.rmtree(scratch)
    wheels = list(built.glob("*.whl"))
    if len(wheels) != 1:
        raise ProvisionError(f"building {local.folder} gave {len(wheels)} wheels, expected 1")
    shells = folder / "wheels"
    shells.mkdir(exist_ok=True)
    shell = shells / wheels[0].name
    roots = _import_roots(_emptied(wheels[0], shell), inside)
    shutil.rmtree(built)
    return shell, roots


def _emptied(wheel: Path, shell: Path) -> tuple[str, ...]:
    """Write the wheel without its code, marked as the project's own; return the names of what was left out."""
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(shell, "w") as target:
        names = source.namelist()
        described = [name for name in names if ".dist-info/" in name and not name.endswith("/RECORD")]
        for name in described:
            target.writestr(name, source.read(name))
        record = next(name for name in names if name.endswith(".dist-info/RECORD"))
        mark = record.removesuffix("RECORD") + OWN_MARK
        target.writestr(mark, "")
        target.writestr(record, "".join(f"{name},,\n" for name in (*described, mark, record)))
    return tuple(name for name in names if ".dist-info/" not in name and name.endswith(".py"))


def _import_roots(modules: tuple[str, ...], files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folders of the project from which the wheel's modules were taken, most modules first."""
    roots: Counter[str] = Counter()
    for module in modules:
        places = [name.removesuffix(module).rstrip("/") for name in files if f"/{name}".endswith(f"/{module}")]
        if places:
            roots[min(places, key=len) or "."] += 1
    return tuple(root for root, _ in roots.most_common())
