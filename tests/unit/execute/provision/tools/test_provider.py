from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from onward.errors import ProvisionError
from onward.execute.process.processes import Processes
from onward.execute.provision.python.environment import Environment
from onward.execute.provision.tools.provider import ToolProvider, lock_file, registry_environment
from onward.model.facts import Project, Revision
from onward.model.places import Places
from onward.model.tool import Npm, Program, Pypi, Tool
from onward.model.toolbox import BLACK, TOOLS

LOCKED = [tool for tool in TOOLS if isinstance(tool.source, Pypi)]
BUILT = [tool for tool in TOOLS if isinstance(tool.source, Program) and tool.source.module]


@pytest.mark.parametrize("tool", LOCKED, ids=lambda tool: tool.name)
def test_every_lock_pins_its_tool_and_hashes_everything(tool: Tool) -> None:
    assert isinstance(tool.source, Pypi)
    text = lock_file(tool.source.lock).decode()
    assert f"{tool.source.package}=={tool.source.version}" in text
    assert "://" not in text
    pins = re.findall(r"^[\w.-]+==\S+.*(?:\n {4}--hash=sha256:[0-9a-f]{64}(?: \\)?)+", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE))


@pytest.mark.parametrize("tool", BUILT, ids=lambda tool: tool.name)
def test_every_module_comes_with_its_checksums(tool: Tool) -> None:
    assert isinstance(tool.source, Program)
    path, _, version = tool.source.module.partition("@")
    assert f"require {path} {version}\n" in lock_file(f"{tool.name}.go.mod").decode()
    assert f"{path} {version} h1:" in lock_file(f"{tool.name}.go.sum").decode()


def test_names_are_given_once() -> None:
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)


def test_only_registry_settings_reach_the_installers() -> None:
    environ = {
        "PIP_INDEX_URL": "a",
        "UV_INDEX_URL": "b",
        "npm_config_registry": "c",
        "https_proxy": "d",
        "GOPROXY": "e",
        "SSL_CERT_FILE": "f",
        "PATH": "g",
        "HOME": "h",
    }
    others = {
        "DATABASE_URL": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "GITHUB_TOKEN": "x",
        "PYTHONPATH": "x",
        "VIRTUAL_ENV": "x",
        "UV_PROJECT_ENVIRONMENT": "x",
        "PIP_TARGET": "x",
        "UV_PYTHON": "x",
    }
    assert registry_environment({**environ, **others}) == environ


def test_pips_registry_is_uvs_unless_uv_has_one() -> None:
    assert registry_environment({"PIP_INDEX_URL": "a"})["UV_DEFAULT_INDEX"] == "a"
    both = {"PIP_INDEX_URL": "a", "UV_INDEX_URL": "b"}
    assert registry_environment(both) == both


def project(root: Path, *declared: tuple[str, str | None]) -> Project:
    revision = Revision(head=None, base=None, branch=None, tree=None, dirty=False)
    return Project(
        root=root, git_root=root, git_dir=root, prefix="", files=(), changed=None, revision=revision, declared=declared
    )


def environment(folder: Path, *packages: tuple[str, str]) -> Environment:
    folder.mkdir(parents=True)
    for name, _ in packages:
        (folder / name).touch()
    return Environment(
        python=folder / "python", version="3.11.7", bin=folder, digest="sha256:e", packages=packages, import_roots=()
    )


def test_the_projects_own_tool_wins(tmp_path: Path) -> None:
    with Processes() as processes:
        shop = ToolProvider(Places(cache=tmp_path / "c", state=tmp_path / "s"), processes, {})
        own = environment(tmp_path / "bin", ("black", "22.3.0"))
        found = shop.obtain(BLACK, environment=own, project=project(tmp_path, ("black", "22.3.0")))
    assert found.executable == tmp_path / "bin" / "black"
    assert (found.use.source, found.use.version, found.use.digest) == ("project", "22.3.0", "sha256:e")
    assert not (tmp_path / "c").exists()


def fake_npm(folder: Path, archive: bytes) -> str:
    folder.mkdir()
    (folder / "archive").write_bytes(archive)
    (folder / "npm").write_text(f'#!/bin/sh\ncp "{folder}/archive" "$5/x-1.tgz"\n')
    (folder / "npm").chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_an_npm_archive_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    path = fake_npm(tmp_path / "bin", b"something else")
    tool = Tool(name="x", executable="x", source=Npm(package="x", version="1", integrity="sha512-AAAA"))
    with Processes() as processes, pytest.raises(ProvisionError, match="does not match its pinned digest"):
        ToolProvider(Places(cache=tmp_path / "c", state=tmp_path / "s"), processes, {"PATH": path}).obtain(tool)


def test_a_tool_without_a_project_package_is_never_taken_from_the_project(tmp_path: Path) -> None:
    tool = replace(BLACK, project_package="", source=Program(version="1"))
    with Processes() as processes, pytest.raises(ProvisionError, match="not found on the PATH"):
        ToolProvider(Places(cache=tmp_path / "c", state=tmp_path / "s"), processes, {"PATH": ""}).obtain(
            tool, environment=environment(tmp_path / "bin", ("black", "1")), project=project(tmp_path, ("black", "1"))
        )
