"""Provide the packages of a front end: installed once from its lock file, outside of the project, with a Node that suits it."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pawl.errors import ProvisionError
from pawl.execute import node_range
from pawl.execute.installing import Installer
from pawl.execute.process import Processes, quick
from pawl.execute.store import Made, Store
from pawl.execute.tools import Toolshop
from pawl.model.evidence import ToolUse
from pawl.model.facts import Project
from pawl.model.places import Places
from pawl.model.toolbox import NODE

KIND = "environments"
MODULES = "node_modules"
# Bump when packages are installed in another way, so that old folders are not taken for new.
_RECIPE = "1"
_LOCKS = ("npm-shrinkwrap.json", "package-lock.json")
_OTHERS = ("pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb")
_VERSION_FILES = (".nvmrc", ".node-version")
_ANSWER_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A Node that is here: the folder of `node` and `npm`, its version ("20.20.2") and where it came from."""

    bin: Path
    version: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePackages:
    """The installed packages of one front end. `digest` pins the lock file; nothing may be written into `modules`."""

    modules: Path
    node: Node
    digest: str

    def place(self, folder: Path) -> PlacedPackages:
        """Give `folder` (of a workspace) a node_modules of links; what tools write there stays there."""
        target = folder / MODULES
        target.mkdir(exist_ok=True)
        for entry in sorted(self.modules.iterdir()):
            if not entry.name.startswith("@"):
                _link(target / entry.name, entry)
                continue
            (target / entry.name).mkdir(exist_ok=True)
            for inside in sorted(entry.iterdir()):
                _link(target / entry.name / inside.name, inside)
        return PlacedPackages(modules=target, installed=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPackages:
    """Packages at the place where the programs of one step look for them."""

    modules: Path
    installed: NodePackages

    @property
    def tokens(self) -> Mapping[str, str]:
        """What the tokens of commands stand for."""
        home = self.installed.node.bin
        return {"node": str(home / "node"), "node.npm": str(home / "npm"), "node.modules": str(self.modules)}

    @property
    def use(self) -> ToolUse:
        """Node as a tool that was used, and which packages it had."""
        node = self.installed.node
        return ToolUse(name="node", version=node.version, source=node.source, digest=self.installed.digest)

    def variables(self, path: str) -> Mapping[str, str]:
        """Return variables that make `path` (a PATH) begin with the packages' programs and with their Node."""
        first = (str(self.modules / ".bin"), str(self.installed.node.bin))
        return {"PATH": os.pathsep.join((*first, path)), "NPM_CONFIG_UPDATE_NOTIFIER": "false"}


class NodeEnvironments:
    """Installs packages under the cache, each lock file once; they are held until `close`."""

    def __init__(
        self, places: Places, processes: Processes, registry_env: Mapping[str, str], toolshop: Toolshop
    ) -> None:
        self._installer = Installer(places, processes, registry_env)
        self._store = Store(places.cache, lambda: processes.interrupted)
        self._toolshop = toolshop

    def prepare(self, project: Project, folder: str) -> NodePackages:
        """Return the packages that `folder` (relative to the project) locks, installed by `npm ci`.

        Install scripts of packages run as npm would run them, those of the project do not. Raises ProvisionError: no
        lock file, one of another package manager, a Node that does not suit, or what npm says.
        """
        wanted = _Wanted.read(project.root / folder)
        node = self._node(wanted)
        made = self._store.obtain(KIND, _key(wanted, node), lambda home: self._install(home, wanted, node))
        return NodePackages(modules=made.path / MODULES, node=node, digest=_digest(made))

    def close(self) -> None:
        """Let go of the packages; from now on they may be pruned."""
        self._store.close()

    def _node(self, wanted: _Wanted) -> Node:
        found = [node for node in (self._on_path(),) if node is not None]
        if not any(wanted.admits(node) for node in found):
            found.append(self._own())
        suiting = next((node for node in found if wanted.admits(node)), None)
        if suiting is None:
            here = ", ".join(f"{node.version} ({node.source})" for node in found)
            raise ProvisionError(
                f"the front end asks for Node {wanted.range}; here is {here}",
                where=wanted.range_from,
                hint="put a Node that suits on the PATH",
            )
        return suiting

    def _on_path(self) -> Node | None:
        path = self._installer.environ.get("PATH", "")
        program = shutil.which("node", path=path)
        if program is None or shutil.which("npm", path=path) is None:
            return None
        return _described(Path(program).parent, "path", self._installer.environ)

    def _own(self) -> Node:
        obtained = self._toolshop.obtain(NODE)
        node = _described(obtained.executable.parent, "pypi", self._installer.environ)
        if node is None:
            raise ProvisionError("the Node that pawl brings does not start on this machine", where=NODE.name)
        return node

    def _install(self, home: Path, wanted: _Wanted, node: Node) -> Mapping[str, Any]:
        for name, data in wanted.files:
            (home / name).write_bytes(data)
        env = {"PATH": os.pathsep.join((str(node.bin), self._installer.environ.get("PATH", "")))}
        npm = shutil.which("npm", path=env["PATH"]) or "npm"
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        # The project's own scripts (husky, builds) have nothing to work on here; those of packages follow below.
        self._installer.run((npm, "ci", "--ignore-scripts", *quiet), cwd=home, log=home / "make.log", env=env)
        if wanted.has_scripts:
            self._installer.run((npm, "rebuild", *quiet), cwd=home, log=home / "make.log", env=env)
        # It may hold what opens a private registry.
        (home / ".npmrc").unlink(missing_ok=True)
        (home / MODULES).mkdir(exist_ok=True)
        return {"digest": wanted.digest}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a front end declares: the files that npm reads, and which Node it wants according to which file."""

    files: tuple[tuple[str, bytes], ...]
    range: str
    range_from: str
    has_scripts: bool

    @classmethod
    def read(cls, folder: Path) -> _Wanted:
        manifest = _object(folder / "package.json")
        lock = next((name for name in _LOCKS if (folder / name).is_file()), None)
        if lock is None:
            raise _no_lock(folder)
        if manifest.get("workspaces"):
            raise ProvisionError(
                "npm workspaces cannot be installed by pawl yet",
                where=str(folder / "package.json"),
                hint="name the folder of one package with a lock file of its own in [gates.frontend] folder",
            )
        names = [name for name in ("package.json", lock, ".npmrc") if (folder / name).is_file()]
        wanted, source = _range(folder, manifest)
        return cls(
            files=tuple((name, (folder / name).read_bytes()) for name in names),
            range=wanted,
            range_from=source,
            has_scripts=b'"hasInstallScript"' in (folder / lock).read_bytes(),
        )

    @property
    def digest(self) -> str:
        """Digest of all that npm reads."""
        parts = [name.encode() + b"\0" + hashlib.sha256(data).digest() for name, data in self.files]
        return "sha256:" + hashlib.sha256(b"".join(parts)).hexdigest()

    def admits(self, node: Node) -> bool:
        """Return whether the front end may run on `node`."""
        version = node_range.parse(node.version)
        return version is not None and node_range.suits(version, self.range)


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


def _no_lock(folder: Path) -> ProvisionError:
    other = next((name for name in _OTHERS if (folder / name).is_file()), None)
    if other is not None:
        return ProvisionError(
            f"{other} belongs to a package manager that pawl cannot install from yet",
            where=str(folder / other),
            hint="commit a package-lock.json (`npm install --package-lock-only`)",
        )
    return ProvisionError(
        "the front end has no lock file, so nobody knows which packages it means",
        where=str(folder),
        hint="run `npm install --package-lock-only` and commit package-lock.json",
    )


def _range(folder: Path, manifest: Mapping[str, Any]) -> tuple[str, str]:
    engines = manifest.get("engines")
    named = engines.get("node") if isinstance(engines, dict) else None
    if isinstance(named, str) and named:
        return named, str(folder / "package.json")
    for name in _VERSION_FILES:
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8", errors="replace").strip(), str(folder / name)
    return "", str(folder / "package.json")


def _described(folder: Path, source: str, environ: Mapping[str, str]) -> Node | None:
    code, output, _ = quick((str(folder / "node"), "--version"), cwd=folder, timeout_s=_ANSWER_S, env=dict(environ))
    version = output.decode(errors="replace").strip().removeprefix("v")
    return Node(bin=folder, version=version, source=source) if code == 0 and node_range.parse(version) else None


def _key(wanted: _Wanted, node: Node) -> str:
    parts = (_RECIPE, wanted.digest, node.version, platform.system(), platform.machine())
    return f"node-{node.version}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:20]}"


def _digest(made: Made) -> str:
    return str(made.note["digest"])


def _link(place: Path, target: Path) -> None:
    # A package that the project keeps in its own tree stays what it is.
    if not place.exists() and not place.is_symlink():
        place.symlink_to(target)
