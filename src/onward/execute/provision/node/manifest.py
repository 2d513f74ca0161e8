"""What a front end declares: the files that its package manager reads, and which Node it wants."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from onward.errors import ProvisionError
from onward.execute.provision.node import node_range, packagers
from onward.execute.provision.node.packagers import Locked, Packager

_VERSION_FILES = (".nvmrc", ".node-version")
_WORKSPACES = "pnpm-workspace.yaml"
_MEMBERS = re.compile(r"^packages:[ \t]*(\[[^\]]*\]|(?:\n[ \t]*(?:-|#)[^\n]*)+|[^\n]*)", re.MULTILINE)
# The project's scripts have nothing to work on where packages are installed, and which manager does it is onward's matter.
_NOT_INSTALLED_WITH = ("scripts", "packageManager")


class _Versioned(Protocol):
    @property
    def version(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The files that the package manager reads, the lock among them, and which Node is wanted according to which file."""

    locked: Locked
    files: tuple[tuple[str, bytes], ...]
    range: str
    range_from: str
    has_scripts: bool

    @classmethod
    def read(cls, folder: Path, names: Collection[str]) -> Wanted:
        """Read what `folder` declares; only lock files among `names` count. ProvisionError where it cannot be installed."""
        manifest = _object(folder / "package.json")
        locked = packagers.locked(folder, manifest, names)
        if manifest.get("workspaces") or _has_members(folder):
            raise ProvisionError(
                "workspaces cannot be installed by onward yet",
                where=str(folder / ("package.json" if manifest.get("workspaces") else _WORKSPACES)),
                hint="name the folder of one package with a lock file of its own in [gates.frontend] folder",
            )
        lock = (folder / locked.file).read_bytes()
        if locked.packager is None:
            files = tuple(_existing(folder, ("package.json", locked.file, ".npmrc")))
        else:
            kept = {name: value for name, value in manifest.items() if name not in _NOT_INSTALLED_WITH}
            first = (("package.json", json.dumps(kept).encode()), (locked.file, lock))
            files = (*first, *_besides(folder, locked.packager))
        wanted, source = _range(folder, manifest)
        return cls(
            locked=locked,
            files=files,
            range=wanted,
            range_from=source,
            has_scripts=b'"hasInstallScript"' in lock,
        )

    @property
    def digest(self) -> str:
        """Digest of all that the package manager reads."""
        parts = [name.encode() + b"\0" + hashlib.sha256(data).digest() for name, data in self.files]
        return "sha256:" + hashlib.sha256(b"".join(parts)).hexdigest()

    def admits(self, node: _Versioned) -> bool:
        """Return whether the front end may run on `node`."""
        version = node_range.parse(node.version)
        return version is not None and node_range.suits(version, self.range)


def _existing(folder: Path, names: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    yield from ((name, (folder / name).read_bytes()) for name in names if (folder / name).is_file())


def _besides(folder: Path, packager: Packager) -> Iterator[tuple[str, bytes]]:
    yield from _existing(folder, packager.files)
    for name in packager.folders:
        inside = sorted(path.relative_to(folder).as_posix() for path in (folder / name).rglob("*"))
        yield from _existing(folder, tuple(inside))


def _has_members(folder: Path) -> bool:
    """Return whether pnpm's settings name packages besides the one in `folder` itself."""
    path = folder / _WORKSPACES
    if not path.is_file():
        return False
    said = _MEMBERS.search(path.read_text(encoding="utf-8", errors="replace"))
    named = re.sub(r"#[^\n]*", "", said[1]) if said else ""
    return any(word not in ("", ".") for word in re.split(r"[\s,\[\]'\"-]+", named))


def _object(path: Path) -> Mapping[str, Any]:
    try:
        decoded = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ProvisionError("there is no package.json", where=str(path)) from error
    except ValueError as error:
        raise ProvisionError(f"package.json is not JSON ({error})", where=str(path)) from error
    if not isinstance(decoded, dict):
        raise ProvisionError("package.json is not an object", where=str(path))
    return decoded


def _range(folder: Path, manifest: Mapping[str, Any]) -> tuple[str, str]:
    engines = manifest.get("engines")
    named = engines.get("node") if isinstance(engines, dict) else None
    if isinstance(named, str) and named:
        return named, str(folder / "package.json")
    for name in _VERSION_FILES:
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8", errors="replace").strip(), str(folder / name)
    return "", str(folder / "package.json")
