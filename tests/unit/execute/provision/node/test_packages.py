from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kit import values
from onward.errors import ProvisionError
from onward.execute.process.processes import Processes
from onward.execute.provision.node.manifest import NodeManifest
from onward.execute.provision.node.packagers import Locked
from onward.execute.provision.node.packages import Node, NodeEnvironments, NodePackages
from onward.execute.provision.tools.provider import ToolProvider
from onward.model.facts import Project
from onward.model.places import Places

NPM = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
mkdir -p node_modules/plain node_modules/@scope/inner node_modules/.bin
cp .npmrc node_modules/plain/seen 2>/dev/null
exit 0
"""


@pytest.mark.parametrize(
    ("version", "wanted", "answer"),
    [
        ("20.20.2", ">=20.19", True),
        ("20.18.9", ">=20.19", False),
        ("20.20.2", "^20.19.0 || >=22.12.0", True),
        ("21.1.0", "^20.19.0 || >=22.12.0", False),
        ("20.20.2", "20", True),
        ("20.20.2", "v20", True),
        ("20.20.2", "20.x", True),
        ("20.20.2", "20.19", False),
        ("20.20.2", "20.19.x", False),
        ("20.20.2", "~20.20.1", True),
        ("20.21.0", "~20.20.1", False),
        ("20.20.2", ">=18 <20", False),
        ("20.20.2", ">=18 <=20", True),
        ("20.20.2", ">20", False),
        ("20.20.2", "18 - 22", True),
        ("18.0.0", ">=18.0.0-0", True),
        ("17.9.9", ">=18.0.0-0", False),
        ("20.0.0", "^20.0.0-alpha.1", True),
        ("21.0.0", "^20.0.0-alpha.1", False),
        ("20.20.2", ">=18.12.0 <21 || >=22.0.0-rc.1", True),
        ("21.1.0", ">=18.12.0 <21 || >=22.0.0-rc.1", False),
        ("22.0.0", ">=18.12.0 <21 || >=22.0.0-rc.1", True),
        ("20.1.9", "~>20.1", True),
        ("20.20.2", "~>20.1", False),
        ("1.2.3", "=v1.2.3", True),
        ("23.0.0-nightly20241001", ">=22", True),
        ("20.20.2", "lts/*", True),
        ("20.20.2", "*", True),
        ("20.20.2", "", True),
    ],
)
def test_ranges(version: str, wanted: str, *, answer: bool) -> None:
    manifest = NodeManifest(
        locked=Locked(file="package-lock.json", packager=None), files=(), range=wanted, range_from="", has_scripts=False
    )
    assert manifest.admits(Node(bin=Path("/"), version=version, source="path")) is answer


@pytest.mark.parametrize(("said", "wanted"), [("v20.1.0\n", "v20.1.0"), ("20 # as in production\n", "20"), ("\n", "")])
def test_a_version_file(said: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / ".nvmrc").write_text(said)
    assert NodeManifest.read(tmp_path, {"package-lock.json"}).range == wanted


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Programs called node and npm; the second writes down how it was called."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, text in (("node", "#!/bin/sh\necho v20.20.2\n"), ("npm", NPM)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def nodes(tmp_path: Path, programs: Path) -> Iterator[NodeEnvironments]:
    environ = {"PATH": f"{programs}:/usr/bin:/bin"}
    places = Places(cache=tmp_path / "cache", state=tmp_path / "state")
    with Processes() as processes:
        shop = ToolProvider(places, processes, environ)
        made = NodeEnvironments(places, processes, environ, shop)
        yield made
        made.close()
        shop.close()


def front_end(
    tmp_path: Path, files: Mapping[str, str] | None = None, manifest: Mapping[str, object] | None = None
) -> Project:
    root = tmp_path / "shop"
    (root / "web").mkdir(parents=True)
    texts = {"package.json": json.dumps(manifest or {"name": "web"}), "package-lock.json": "{}", **(files or {})}
    for name, text in texts.items():
        if text:
            (root / "web" / name).write_text(text)
    there = tuple(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return values.project(root=root, files=there)


def calls(programs: Path) -> list[str]:
    return (programs / "calls").read_text().splitlines()


def test_packages_are_installed_once_for_a_lock(tmp_path: Path, nodes: NodeEnvironments, programs: Path) -> None:
    project = front_end(tmp_path)
    first, second = nodes.prepare(project, "web"), nodes.prepare(project, "web")
    assert first == second
    assert calls(programs) == ["ci --ignore-scripts --no-audit --no-fund --loglevel=error"]
    assert first.node == Node(bin=programs, version="20.20.2", source="path")
    assert not (tmp_path / "shop" / "web" / "node_modules").exists()


def test_scripts_of_packages_run_where_the_lock_names_some(
    tmp_path: Path, nodes: NodeEnvironments, programs: Path
) -> None:
    nodes.prepare(front_end(tmp_path, {"package-lock.json": '{"hasInstallScript": true}'}), "web")
    assert [call.split()[0] for call in calls(programs)] == ["ci", "rebuild"]


def test_what_opens_a_registry_is_not_kept(tmp_path: Path, nodes: NodeEnvironments) -> None:
    packages = nodes.prepare(front_end(tmp_path, {".npmrc": "//registry.example/:_authToken=x"}), "web")
    assert (packages.modules / "plain" / "seen").exists()
    assert not (packages.modules.parent / ".npmrc").exists()


def test_another_lock_is_another_folder(tmp_path: Path, nodes: NodeEnvironments) -> None:
    project = front_end(tmp_path)
    before = nodes.prepare(project, "web")
    (project.root / "web" / "package-lock.json").write_text('{"packages": {}}')
    after = nodes.prepare(project, "web")
    assert before.modules != after.modules
    assert before.digest != after.digest


@pytest.mark.parametrize(
    ("manifest", "files", "message"),
    [
        ({"name": "web"}, {"package-lock.json": ""}, "no lock file"),
        ({"name": "web"}, {"package-lock.json": "", "yarn.lock": "x"}, r"yarn\.lock has an unknown format"),
        ({"name": "web"}, {"package-lock.json": "", "bun.lock": "x"}, r"bun\.lock is bun's lock file"),
        ({"name": "web", "workspaces": ["a"]}, {}, "cannot install npm workspaces"),
        ({"name": "web"}, {"package.json": "{"}, "not valid JSON"),
        ({"name": "web"}, {"package.json": "[]"}, "not an object"),
        ({"name": "web"}, {"package.json": ""}, r"package\.json not found"),
    ],
)
def test_what_cannot_be_installed_is_said(
    tmp_path: Path, nodes: NodeEnvironments, manifest: Mapping[str, object], files: dict[str, str], message: str
) -> None:
    with pytest.raises(ProvisionError, match=message):
        nodes.prepare(front_end(tmp_path, files, manifest), "web")


def test_an_installation_that_fails_says_what_npm_said(tmp_path: Path, nodes: NodeEnvironments, programs: Path) -> None:
    (programs / "npm").write_text("#!/bin/sh\necho 'lock file out of step' >&2\nexit 1\n")
    with pytest.raises(ProvisionError, match="lock file out of step"):
        nodes.prepare(front_end(tmp_path), "web")


@pytest.mark.parametrize("files", [{}, {".nvmrc": "20"}, {".node-version": "v20.20.2"}])
def test_the_node_on_the_path_is_taken_where_it_suits(
    tmp_path: Path, nodes: NodeEnvironments, files: dict[str, str]
) -> None:
    assert nodes.prepare(front_end(tmp_path, files), "web").node.source == "path"


def test_placed_packages_are_links_and_what_is_written_stays_in_the_workspace(tmp_path: Path) -> None:
    modules = tmp_path / "cache" / "node_modules"
    for name in ("plain", "@scope/inner", ".bin", "kept"):
        (modules / name).mkdir(parents=True)
    workspace = tmp_path / "tree"
    (workspace / "node_modules" / "kept").mkdir(parents=True)
    node = Node(bin=tmp_path / "bin", version="20.20.2", source="path")
    placed = NodePackages(modules=modules, node=node, digest="sha256:1").place(workspace)
    (placed.modules / ".vite").mkdir()
    (placed.modules / "@scope" / "new").mkdir()

    assert sorted(entry.name for entry in modules.iterdir()) == [".bin", "@scope", "kept", "plain"]
    assert [entry.name for entry in (modules / "@scope").iterdir()] == ["inner"]
    assert (placed.modules / "plain").resolve() == modules / "plain"
    assert not (placed.modules / "kept").is_symlink()
    assert placed.tokens["node.modules"] == str(workspace / "node_modules")
    # Never the folder where Node is: a python beside it would hide that of the project's environment.
    assert placed.variables("/usr/bin")["PATH"] == f"{placed.modules}/.bin:{tmp_path}/cache/programs:/usr/bin"
    assert [(use.name, use.version, use.digest) for use in placed.uses] == [("node", "20.20.2", "sha256:1")]
