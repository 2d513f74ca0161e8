"""Provide the packages of a front end: installed once from its lock file, outside of the project, with a Node that suits it."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onward.errors import ProvisionError
from onward.execute.cache.store import Made, Note, Store
from onward.execute.process.processes import Processes, quick
from onward.execute.provision.installer import Installer
from onward.execute.provision.node import packagers
from onward.execute.provision.node.manifest import NodeManifest
from onward.execute.provision.node.packagers import Packager
from onward.execute.provision.tools.provider import ResolvedTool, ToolProvider
from onward.model.evidence import ToolUse
from onward.model.facts import Project
from onward.model.places import Places
from onward.model.toolbox import NODE

KIND = "environments"
MODULES = "node_modules"
# Bump when packages are installed in another way, so that old folders are not taken for new.
_RECIPE = "2"
# The folder, beside node_modules, of the package manager that scripts may call.
_PROGRAMS = "programs"
_NODES = ("node", "npm", "npx")
# They may hold what opens a private registry.
_REGISTRIES = (".npmrc", ".yarnrc", ".yarnrc.yml")
_ANSWER_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A Node that is here: the folder of `node` and `npm`, its version ("20.20.2") and where it came from."""

    bin: Path
    version: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePackages:
    """The installed packages of one front end. `digest` pins the lock file; nothing may be written into `modules`.

    `manager` is the package manager where onward brought one. `notes` say what somebody may wonder about.
    """

    modules: Path
    node: Node
    digest: str
    manager: ToolUse | None = None
    notes: tuple[str, ...] = ()

    @property
    def programs(self) -> Path:
        """The folder of the programs that scripts call besides those of packages: Node's, and a manager's that onward brought.

        Never the folder where Node was found: a `python` beside it would hide that of the project's environment.
        """
        return self.modules.parent / _PROGRAMS

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
    def uses(self) -> tuple[ToolUse, ...]:
        """The tools that were used: Node, with which packages it had, and the package manager where onward brought one."""
        node, manager = self.installed.node, self.installed.manager
        first = ToolUse(name="node", version=node.version, source=node.source, digest=self.installed.digest)
        return (first, manager) if manager else (first,)

    def variables(self, path: str) -> Mapping[str, str]:
        """Return variables that make `path` (a PATH) begin with the packages' programs and with their Node."""
        first = (self.modules / ".bin", self.installed.programs)
        return {"PATH": os.pathsep.join((*map(str, first), path)), "NPM_CONFIG_UPDATE_NOTIFIER": "false"}


class NodeEnvironments:
    """Installs packages under the cache, each lock file once; they are held until `close`."""

    def __init__(
        self, places: Places, processes: Processes, registry_env: Mapping[str, str], tool_provider: ToolProvider
    ) -> None:
        self._installer = Installer(places, processes, registry_env)
        self._store = Store(places.cache, lambda: processes.interrupted)
        self._downloads = places.cache / "downloads"
        self._tool_provider = tool_provider

    def prepare(self, project: Project, folder: str) -> NodePackages:
        """Return the packages that `folder` (relative to the project) locks, installed by its own package manager.

        Install scripts of packages run as that manager would run them, those of the project do not. Raises
        ProvisionError: no lock file, one that nothing here reads or that does not match package.json, a Node that does
        not suit, or what the manager says.
        """
        start = "" if folder in ("", ".") else f"{folder}/"
        # What git ignores may lie beside it, and CI would not see it.
        names = {path.removeprefix(start) for path in project.files if path.startswith(start)}
        manifest = NodeManifest.read(project.root / folder, names)
        node = self._node(manifest)
        packager = manifest.locked.packager
        # Also where everything is installed already: scripts of the project may call it.
        tool = self._tool_provider.obtain(packager.tool) if packager else None
        made = self._store.obtain(
            KIND, _key(manifest, node, tool), lambda home: self._install(home, manifest, node, tool)
        )
        return NodePackages(
            modules=made.path / MODULES,
            node=node,
            digest=_digest(made),
            manager=tool.use if tool else None,
            notes=(manifest.locked.note,) if manifest.locked.note else (),
        )

    def close(self) -> None:
        """Let go of the packages; from now on they may be pruned."""
        self._store.close()

    def _node(self, manifest: NodeManifest) -> Node:
        found = [node for node in (self._on_path(),) if node is not None]
        if not any(manifest.admits(node) for node in found):
            found.append(self._own())
        suiting = next((node for node in found if manifest.admits(node)), None)
        if suiting is None:
            here = ", ".join(f"{node.version} ({node.source})" for node in found)
            raise ProvisionError(
                f"the front end requires Node {manifest.range}, found {here}",
                where=manifest.range_from,
                hint="put a matching Node on the PATH",
            )
        return suiting

    def _on_path(self) -> Node | None:
        path = self._installer.environ.get("PATH", "")
        program = shutil.which("node", path=path)
        if program is None or shutil.which("npm", path=path) is None:
            return None
        return _described(Path(program).parent, "path", self._installer.environ)

    def _own(self) -> Node:
        obtained = self._tool_provider.obtain(NODE)
        node = _described(obtained.executable.parent, "pypi", self._installer.environ)
        if node is None:
            raise ProvisionError("onward's own Node does not start on this machine", where=NODE.name)
        return node

    def _install(self, home: Path, manifest: NodeManifest, node: Node, tool: ResolvedTool | None) -> Note:
        for name, data in manifest.files:
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(data)
        packager = manifest.locked.packager
        programs = _linked(home / _PROGRAMS, node)
        try:
            if packager is None or tool is None:
                self._with_npm(home, manifest, node, programs=programs)
            else:
                self._with_packager(home, packager, node, tool=tool)
        finally:
            # They may hold what opens a private registry.
            for name in _REGISTRIES:
                (home / name).unlink(missing_ok=True)
        (home / MODULES).mkdir(exist_ok=True)
        return {"digest": manifest.digest}

    def _with_npm(self, home: Path, manifest: NodeManifest, node: Node, *, programs: Path) -> None:
        env = {"PATH": os.pathsep.join((str(programs), self._installer.environ.get("PATH", "")))}
        npm = str(node.bin / "npm")
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        # The project's own scripts (husky, builds) have nothing to work on here; those of packages follow below.
        self._installer.run((npm, "ci", "--ignore-scripts", *quiet), cwd=home, log=home / "make.log", env=env)
        if manifest.has_scripts:
            self._installer.run((npm, "rebuild", *quiet), cwd=home, log=home / "make.log", env=env)

    def _with_packager(self, home: Path, packager: Packager, node: Node, *, tool: ResolvedTool) -> None:
        own = self._downloads / tool.use.name
        own.mkdir(parents=True, exist_ok=True)
        program = home / _PROGRAMS / packager.name
        program.write_text(_starting(tool.executable, node, packager.variables(own)), encoding="utf-8")
        program.chmod(0o755)
        path = os.pathsep.join((str(program.parent), self._installer.environ.get("PATH", "")))
        env = {"PATH": path, **packagers.registries(self._installer.environ)}
        argv = (str(program), *packager.install(own, home))
        try:
            self._installer.run(argv, cwd=home, log=home / "make.log", env=env)
        except ProvisionError as error:
            lock = f"the lock file must match package.json: run `{packager.name} install` and commit it"
            raise ProvisionError(error.message, where=error.where, hint=f"{lock}; {error.hint}") from error


def _linked(folder: Path, node: Node) -> Path:
    """Fill `folder` with links to Node's programs, and nothing else that may lie beside them; return it."""
    folder.mkdir()
    for name in _NODES:
        if (node.bin / name).exists():
            (folder / name).symlink_to(node.bin / name)
    return folder


def _starting(program: Path, node: Node, variables: Mapping[str, str]) -> str:
    """Return a script that calls `program` so that it keeps to its own folder, whoever calls it."""
    exports = (f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items()))
    call = f'exec {shlex.quote(str(node.bin / "node"))} {shlex.quote(str(program))} "$@"'
    return "\n".join(("#!/bin/sh", *exports, call, ""))


def _described(folder: Path, source: str, environ: Mapping[str, str]) -> Node | None:
    import nodesemver  # noqa: PLC0415  # only where a front end is installed

    code, output, _ = quick((str(folder / "node"), "--version"), cwd=folder, timeout_s=_ANSWER_S, env=dict(environ))
    version = output.decode(errors="replace").strip().removeprefix("v")
    return (
        Node(bin=folder, version=version, source=source)
        if code == 0 and nodesemver.valid(version, loose=True)
        else None
    )


def _key(manifest: NodeManifest, node: Node, tool: ResolvedTool | None) -> str:
    # Programs are linked and started by their places.
    manager = (tool.use.name, tool.use.version, str(tool.executable)) if tool else ()
    parts = (_RECIPE, manifest.digest, node.version, str(node.bin), platform.system(), platform.machine(), *manager)
    return f"node-{node.version}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:20]}"


def _digest(made: Made) -> str:
    return str(made.note["digest"])


def _link(place: Path, target: Path) -> None:
    # A package that the project keeps in its own tree stays what it is.
    if not place.exists() and not place.is_symlink():
        place.symlink_to(target)
