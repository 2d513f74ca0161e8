from __future__ import annotations

from pathlib import Path

import pytest

from onward.errors import ProvisionError
from onward.execute.process.processes import Processes
from onward.execute.provision.tools import programs
from onward.execute.provision.tools.provider import ResolvedTool, ToolProvider
from onward.model.places import Places
from onward.model.tool import Program, Tool

HELLO = Program(version="1.2.3", module="example.org/hello@v1.2.3", go_package="example.org/hello")


def obtain(tmp_path: Path, wanted: Tool, path: str = "") -> ResolvedTool:
    places = Places(cache=tmp_path / "cache", state=tmp_path / "state")
    with Processes() as processes:
        return ToolProvider(places, processes, {"PATH": path}).obtain(wanted)


def tool(source: Program) -> Tool:
    return Tool(name="hello", executable="hello", source=source)


def script(folder: Path, text: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "hello").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "hello").chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("text", "version"), [("echo hello v4.5.6", "4.5.6"), ("echo dev", "unknown"), ("exit 3", "unknown")]
)
def test_a_program_on_the_path_comes_first_with_its_own_version(tmp_path: Path, text: str, version: str) -> None:
    path = script(tmp_path / "bin", text)
    found = obtain(tmp_path, tool(HELLO), path)
    assert (found.use.source, found.use.version) == ("path", version)
    assert found.use.digest.startswith("sha256:")


def test_without_any_way_the_hint_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(ProvisionError) as caught:
        obtain(tmp_path, tool(HELLO))
    assert "Go toolchain" in caught.value.hint
    assert programs.builder(HELLO, {"PATH": ""}) is None


def test_a_go_toolchain_that_fails_is_quoted(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "go").write_text("#!/bin/sh\necho 'go: module lookup disabled' >&2\nexit 1\n")
    (folder / "go").chmod(0o755)
    with pytest.raises(ProvisionError, match="module lookup disabled"):
        obtain(tmp_path, tool(HELLO), f"{folder}:/usr/bin:/bin")
