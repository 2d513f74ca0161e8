"""What a front end declares: the files that its package manager reads, and which Node it wants."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from onward.errors import ProvisionError
from onward.execute.provision.node import packagers
from onward.execute.provision.node.packagers import Locked, Manifest, Packager

_VERSION_FILES = (".nvmrc", ".node-version")
_WORKSPACES = "pnpm-workspace.yaml"
# The project's scripts have nothing to work on where packages are installed, and which manager does it is onward's matter.
_NOT_INSTALLED_WITH = ("scripts", "packageManager")


class _Versioned(Protocol):
    @property
    def version(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeManifest:
    """The files that the package manager reads, the lock among them, and which Node is node_manifest according to which file."""

    locked: Locked
    files: tuple[tuple[str, bytes], ...]
    range: str
    range_from: str
    has_scripts: bool

    @classmethod
    def read(cls, folder: Path, names: Collection[str]) -> NodeManifest:
        """Read what `folder` declares; only lock files among `names` count. ProvisionError where it cannot be installed."""
        manifest = _object(folder / "package.json")
        locked = packagers.locked(folder, manifest, names)
        if manifest.get("workspaces") or _has_members(folder):
            raise ProvisionError(
                "onward cannot install npm workspaces yet",
                where=str(folder / ("package.json" if manifest.get("workspaces") else _WORKSPACES)),
                hint="set `folder` in [gates.frontend] to a package with its own lock file",
            )
        lock = (folder / locked.file).read_bytes()
        if locked.packager is None:
            files = tuple(_existing(folder, ("package.json", locked.file, ".npmrc")))
        else:
            kept = {name: value for name, value in manifest.items() if name not in _NOT_INSTALLED_WITH}
            first = (("package.json", json.dumps(kept).encode()), (locked.file, lock))
            files = (*first, *_besides(folder, locked.packager))
        node_manifest, source = _range(folder, manifest)
        return cls(
            locked=locked,
            files=files,
            range=node_manifest,
            range_from=source,
            has_scripts=b'"hasInstallScript"' in lock,
        )

    @property
    def digest(self) -> str:
        """Digest of all that the package manager reads."""
        parts = [name.encode() + b"\0" + hashlib.sha256(data).digest() for name, data in self.files]
        return "sha256:" + hashlib.sha256(b"".join(parts)).hexdigest()

    def admits(self, node: _Versioned) -> bool:
        """Return whether the front end may run on `node`; what is no range of versions ("lts/*") excludes nothing."""
        import nodesemver  # noqa: PLC0415  # only where a front end is installed

        release = node.version.partition("-")[0]
        known = nodesemver.valid_range(self.range, loose=True) is not None
        return not known or bool(nodesemver.satisfies(release, self.range, loose=True))


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
    from ruamel.yaml import YAML  # noqa: PLC0415  # slow to import, and few front ends have such a file
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415  # as above

    try:
        settings = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8", errors="replace"))
    except (YAMLError, ValueError) as error:
        text = f"{_WORKSPACES} is not YAML ({error})"
        raise ProvisionError(text, where=str(path), hint="mend it: pnpm reads it before it installs") from error
    named = settings.get("packages") if isinstance(settings, dict) else None
    return any(member != "." for member in named or ())


def _object(path: Path) -> Manifest:
    try:
        decoded = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ProvisionError("package.json not found", where=str(path)) from error
    except ValueError as error:
        raise ProvisionError(f"package.json is not valid JSON ({error})", where=str(path)) from error
    if not isinstance(decoded, dict):
        raise ProvisionError("package.json is not an object", where=str(path))
    return decoded


def _range(folder: Path, manifest: Manifest) -> tuple[str, str]:
    engines = manifest.get("engines")
    named = engines.get("node") if isinstance(engines, dict) else None
    if isinstance(named, str) and named:
        return named, str(folder / "package.json")
    for name in _VERSION_FILES:
        if (folder / name).is_file():
            text = (folder / name).read_text(encoding="utf-8", errors="replace")
            return text.partition("#")[0].strip(), str(folder / name)
    return "", str(folder / "package.json")
