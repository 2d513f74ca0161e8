"""A loopback server that answers the OSV API from the imported archive."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pawl.execute.advisories.match import affects, canonical, is_undetermined
from pawl.execute.advisories.store import Edition, Library

_LARGEST_REQUEST = 16 * 1024 * 1024


class Mirror:
    """Serves `/v1/query`, `/v1/querybatch` and `/v1/vulns/ID` on a free loopback port until closed.

    Beyond the OSV API it says which data it has (`/edition`) and what it cannot match (`/undetermined/PACKAGE`).
    """

    def __init__(self, library: Library, edition: Edition) -> None:
        self._library = library
        handler = type("_Bound", (_Handler,), {"library": library, "edition": edition})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="pawl-advisories", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The server's address without a trailing slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._library.close()


def query(library: Library, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to one OSV query: full records, `{}` when nothing matches; ValueError when it is malformed."""
    name, version = _subject(request)
    vulns = [record for record in library.of_package(canonical(name)) if affects(record, name, version)]
    return {"vulns": vulns} if vulns else {}


def _subject(request: Mapping[str, Any]) -> tuple[str, str]:
    package = request.get("package")
    if not isinstance(package, dict):
        raise ValueError("a query needs a package")  # noqa: TRY004  # one kind of refusal for every malformed request
    purl, version = package.get("purl", ""), request.get("version", "")
    if isinstance(purl, str) and purl.startswith("pkg:pypi/"):
        name, _, within = purl.removeprefix("pkg:pypi/").partition("@")
        if within and version:
            raise ValueError("a version stands both in the purl and beside it")
        return name, within.partition("?")[0] or str(version)
    if package.get("ecosystem") != "PyPI" or not package.get("name"):
        raise ValueError('only the ecosystem "PyPI" is held here')
    return str(package["name"]), str(version)


class _Handler(BaseHTTPRequestHandler):
    library: Library
    edition: Edition
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/edition":
            self._answer(200, {name: getattr(self.edition, name) for name in self.edition.__slots__})
            return
        if self.path.startswith("/undetermined/"):
            records = self.library.of_package(canonical(self.path.removeprefix("/undetermined/")))
            self._answer(200, {"ids": [record["id"] for record in records if is_undetermined(record)]})
            return
        record = (
            self.library.by_id(self.path.removeprefix("/v1/vulns/")) if self.path.startswith("/v1/vulns/") else None
        )
        if record is None:
            self._answer(404, {"code": 5, "message": "Bug not found."})
        else:
            self._answer(200, dict(record))

    def do_POST(self) -> None:
        try:
            request = json.loads(self._body())
            if self.path == "/v1/query":
                answer = query(self.library, request)
            elif self.path == "/v1/querybatch":
                answer = {"results": [_short(query(self.library, one)) for one in request["queries"]]}
            else:
                self._answer(404, {"code": 5, "message": "Not found."})
                return
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._answer(400, {"code": 3, "message": f"Invalid query: {error}"})
            return
        self._answer(200, answer)

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST_REQUEST:
            raise ValueError("the request is too large")
        return self.rfile.read(length)

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002  # the signature that http.server asks for
        """Keep quiet: requests are not events of the run."""


def _short(answer: dict[str, Any]) -> dict[str, Any]:
    vulns = answer.get("vulns", ())
    return {"vulns": [{"id": vuln["id"], "modified": vuln["modified"]} for vuln in vulns]} if vulns else {}
