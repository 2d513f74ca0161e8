from __future__ import annotations

import hashlib
import io
import os
import platform
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from onward.errors import ProvisionError
from onward.execute.process.processes import Processes
from onward.execute.provision.tools import programs
from onward.execute.provision.tools.provider import ResolvedTool, ToolProvider
from onward.model.places import Places
from onward.model.tool import Program, Tool

SYSTEM = f"{platform.system().lower()}-{os.uname().machine}"
SCRIPT = b"#!/bin/sh\necho hello 1.2.3\n"


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, bytes]]]:
    files: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server asks for
            body = files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", files
    server.shutdown()
    thread.join()
    server.server_close()


def obtain(tmp_path: Path, tool: Tool, path: str = "") -> ResolvedTool:
    places = Places(cache=tmp_path / "cache", state=tmp_path / "state")
    with Processes() as processes:
        return ToolProvider(places, processes, {"PATH": path}).obtain(tool)


def released(url: str, data: bytes, member: str) -> Tool:
    release = (url, hashlib.sha256(data).hexdigest(), member)
    return Tool(name="hello", executable="hello", source=Program(version="1.2.3", releases=((SYSTEM, release),)))


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("hello-1/bin/hello")
        member.size = len(SCRIPT)
        archive.addfile(member, io.BytesIO(SCRIPT))
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hello-1/bin/hello", SCRIPT)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("pack", "member"), [(tarred, "hello-1/bin/hello"), (zipped, "hello-1/bin/hello"), (lambda: SCRIPT, "")]
)
def test_a_release_is_fetched_once_and_checked(
    tmp_path: Path, served: tuple[str, dict[str, bytes]], pack: Callable[[], bytes], member: str
) -> None:
    url, files = served
    files["/hello"] = pack()
    tool = released(f"{url}/hello", files["/hello"], member)
    first = obtain(tmp_path, tool)
    assert first.executable.read_bytes() == SCRIPT
    assert os.access(first.executable, os.X_OK)
    assert (first.use.source, first.use.version) == ("release", "1.2.3")
    assert first.use.digest == f"sha256:{hashlib.sha256(SCRIPT).hexdigest()}"
    files.clear()
    assert obtain(tmp_path, tool) == first


def test_a_release_with_another_digest_is_refused(tmp_path: Path, served: tuple[str, dict[str, bytes]]) -> None:
    url, files = served
    files["/hello"] = SCRIPT + b"rm -rf /\n"
    with pytest.raises(ProvisionError, match="not what it was when it was pinned"):
        obtain(tmp_path, released(f"{url}/hello", SCRIPT, ""))
    assert not list((tmp_path / "cache").rglob("bin/hello"))


def test_a_release_that_is_gone(tmp_path: Path, served: tuple[str, dict[str, bytes]]) -> None:
    with pytest.raises(ProvisionError, match="404"):
        obtain(tmp_path, released(f"{served[0]}/hello", SCRIPT, ""))


@pytest.mark.parametrize("pack", [tarred, zipped, lambda: b"neither of them"])
def test_a_release_without_the_program(
    tmp_path: Path, served: tuple[str, dict[str, bytes]], pack: Callable[[], bytes]
) -> None:
    url, files = served
    files["/hello"] = pack()
    with pytest.raises(ProvisionError, match="cannot be unpacked"):
        obtain(tmp_path, released(f"{url}/hello", files["/hello"], "other/hello"))


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
    found = obtain(tmp_path, released("http://127.0.0.1:9/never", SCRIPT, ""), path)
    assert (found.use.source, found.use.version) == ("path", version)
    assert found.use.digest.startswith("sha256:")


def test_without_any_way_the_hint_says_which_there_are(tmp_path: Path) -> None:
    source = Program(version="1.2.3", module="example.org/hello@v1.2.3", go_package="example.org/hello")
    with pytest.raises(ProvisionError) as caught:
        obtain(tmp_path, Tool(name="hello", executable="hello", source=source))
    assert "Go toolchain" in caught.value.hint
    assert programs.way_to_make(source, {"PATH": ""}) is None


def test_a_go_toolchain_that_fails_is_quoted(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "go").write_text("#!/bin/sh\necho 'go: module lookup disabled' >&2\nexit 1\n")
    (folder / "go").chmod(0o755)
    source = Program(version="1.2.3", module="example.org/hello@v1.2.3", go_package="example.org/hello")
    with pytest.raises(ProvisionError, match="module lookup disabled"):
        obtain(tmp_path, Tool(name="hello", executable="hello", source=source), f"{folder}:/usr/bin:/bin")
