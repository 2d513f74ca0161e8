"""What is asked of servers elsewhere: directly, through a real proxy, with certificates of one's own, more than once."""

from __future__ import annotations

import base64
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, cast
from urllib.request import ProxyHandler, build_opener

import pytest

from onward.errors import AdvisoryError
from onward.execute import http
from onward.execute.advisories import fetch
from onward.model.places import Places

CONTENT = b"what is there" * 10_000


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *_: object) -> None:  # noqa: A002
        pass

    @property
    def asked(self) -> list[str]:
        return cast("Counting", self.server).asked


class Counting(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler: type[Quiet]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.asked: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Origin(Quiet):
    def do_GET(self) -> None:
        self.asked.append(self.path)
        match self.path.strip("/").split("/"):
            case ["busy"] if len(self.asked) < 3:
                self._answer(503, b"", ("Retry-After", "0"))
            case ["moved", port]:
                self._answer(302, b"", ("Location", f"http://localhost:{port}/file"))
            case ["round"]:
                self._answer(302, b"", ("Location", "/round"))
            case ["cut"]:
                self._answer(200, CONTENT, ("Content-Length", str(len(CONTENT) + 1)))
            case ["login"]:
                self._answer(401, b"")
            case ["gone"]:
                self._answer(404, b"")
            case _:
                self._answer(200, CONTENT)

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Proxy(Quiet):
    login: ClassVar[str] = ""

    def do_GET(self) -> None:
        if self._may_pass():
            with build_opener(ProxyHandler({})).open(self.path) as answer:
                body = answer.read()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def do_CONNECT(self) -> None:
        if not self._may_pass():
            return
        host, _, port = self.path.partition(":")
        with socket.create_connection((host, int(port))) as there:
            self.send_response(200)
            self.end_headers()
            pairs = {self.connection: there, there: self.connection}
            while True:
                for ready in select.select(list(pairs), [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    pairs[ready].sendall(data)

    def _may_pass(self) -> bool:
        self.asked.append(f"{self.command} {self.path}")
        wanted = "Basic " + base64.b64encode(self.login.encode()).decode()
        if self.login and self.headers["Proxy-Authorization"] != wanted:
            self.send_error(407)
            return False
        return True


class Guarded(Proxy):
    login = "somebody:p@ss"


@contextmanager
def serving(handler: type[Quiet], trust: ssl.SSLContext | None = None) -> Iterator[Counting]:
    server = Counting(handler)
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def origin() -> Iterator[Counting]:
    with serving(Origin) as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[Counting]:
    with serving(Proxy) as server:
        yield server


def had(url: str, tmp_path: Path, **environ: str) -> bytes:
    path = tmp_path / "file"
    http.download(url, path, environ, largest=len(CONTENT))
    return path.read_bytes()


def test_a_server_is_asked_directly(origin: Counting, tmp_path: Path) -> None:
    assert had(f"http://127.0.0.1:{origin.port}/file", tmp_path) == CONTENT
    assert http.answers(f"http://127.0.0.1:{origin.port}/", {})
    assert not http.answers(f"http://127.0.0.1:{origin.port}/login", {})
    assert http.answers(f"http://127.0.0.1:{origin.port}/login", {}, accepted=(200, 401))
    assert not http.answers("http://127.0.0.1:1/", {})


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_is_asked_where_one_is_named(name: str, origin: Counting, proxy: Counting, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{origin.port}/file"
    assert had(url, tmp_path, **{name: f"http://127.0.0.1:{proxy.port}"}) == CONTENT
    assert had(url, tmp_path, **{name: f"127.0.0.1:{proxy.port}"}) == CONTENT
    assert proxy.asked == [f"GET {url}"] * 2
    assert http.answers(url, {name: f"http://127.0.0.1:{proxy.port}"})


@pytest.mark.parametrize("hosts", ["127.0.0.1", "*", "example.org, 127.0.0.1:{port}", ".0.0.1"])
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_hosts_without_a_proxy(name: str, hosts: str, origin: Counting, proxy: Counting, tmp_path: Path) -> None:
    environ = {"HTTP_PROXY": f"http://127.0.0.1:{proxy.port}", name: hosts.format(port=origin.port)}
    assert had(f"http://127.0.0.1:{origin.port}/file", tmp_path, **environ) == CONTENT
    assert proxy.asked == []


def test_the_proxy_of_the_other_scheme_is_not_asked(origin: Counting, proxy: Counting, tmp_path: Path) -> None:
    environ = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}
    assert had(f"http://127.0.0.1:{origin.port}/file", tmp_path, **environ) == CONTENT
    assert proxy.asked == []


def test_each_redirect_takes_its_own_way(origin: Counting, proxy: Counting, tmp_path: Path) -> None:
    environ = {"HTTP_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": "127.0.0.1"}
    assert had(f"http://127.0.0.1:{origin.port}/moved/{origin.port}", tmp_path, **environ) == CONTENT
    assert proxy.asked == [f"GET http://localhost:{origin.port}/file"]


def test_a_proxy_that_asks_who_one_is(origin: Counting, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{origin.port}/file"
    with serving(Guarded) as guarded:
        assert had(url, tmp_path, HTTP_PROXY=f"http://somebody:p%40ss@127.0.0.1:{guarded.port}") == CONTENT
        with pytest.raises(OSError, match="status 407"):
            had(url, tmp_path, HTTP_PROXY=f"http://127.0.0.1:{guarded.port}")


def test_tls_through_a_proxy_with_a_certificate_of_ones_own(proxy: Counting, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    argv = (*words.split(), "-keyout", str(key), "-out", str(certificate))
    subprocess.run(argv, check=True, capture_output=True)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificate, key)
    environ = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "SSL_CERT_FILE": str(certificate)}
    with serving(Origin, trust) as secured:
        assert had(f"https://localhost:{secured.port}/file", tmp_path, **environ) == CONTENT
        assert proxy.asked == [f"CONNECT localhost:{secured.port}"]
        assert not http.answers(f"https://localhost:{secured.port}/file", {})
        assert not http.answers(f"https://localhost:{secured.port}/", {"SSL_CERT_FILE": str(tmp_path / "none.pem")})


def test_a_busy_server_is_asked_again(origin: Counting, tmp_path: Path) -> None:
    assert not http.answers(f"http://127.0.0.1:{origin.port}/busy", {})
    assert had(f"http://127.0.0.1:{origin.port}/busy", tmp_path) == CONTENT
    assert origin.asked == ["/busy"] * 3


@pytest.mark.parametrize(
    ("path", "said"), [("gone", "status 404"), ("round", "more than 10 redirects"), ("cut", "read, 1 more expected")]
)
def test_what_cannot_be_had_is_said(path: str, said: str, origin: Counting, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=said):
        had(f"http://127.0.0.1:{origin.port}/{path}", tmp_path)


def test_no_more_is_written_than_is_wanted(origin: Counting, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="larger than 100 bytes"):
        http.download(f"http://127.0.0.1:{origin.port}/", tmp_path / "file", {}, largest=100)
    assert (tmp_path / "file").stat().st_size <= 100


@pytest.mark.parametrize("proxy_url", ["ftp://127.0.0.1:1", "http://127.0.0.1:1"])
def test_an_archive_that_cannot_be_fetched(proxy_url: str, origin: Counting, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    environ = {"HTTP_PROXY": proxy_url}
    places = Places(cache=tmp_path / "cache", state=tmp_path / "state")
    with pytest.raises(AdvisoryError, match="cannot fetch the archive"):
        fetch.import_from(
            f"http://127.0.0.1:{origin.port}/a.zip", places, environ=environ, now=datetime(2026, 2, 1, tzinfo=UTC)
        )
