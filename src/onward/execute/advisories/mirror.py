"""A loopback server that answers the OSV API from the imported archives."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from onward.execute.advisories.match import NPM, PYPI, Record, affects, canonical, is_undetermined
from onward.execute.advisories.store import Edition, Library

_LARGEST_REQUEST = 16 * 1024 * 1024
_PURLS = {PYPI: "pkg:pypi/", NPM: "pkg:npm/"}


class Mirror:
    """Serves `/v1/query`, `/v1/querybatch` and `/v1/vulns/ID` on a free loopback port until closed.

    Libraries and editions are held by ecosystem. Beyond the OSV API it says which data it has (`/editions`) and what it
    cannot match (`/undetermined/ECOSYSTEM/PACKAGE`, behind a `?` its version). Of an ecosystem without a library it refuses to say anything.
    """

    def __init__(self, libraries: Mapping[str, Library], editions: Mapping[str, Edition]) -> None:
        self._libraries = libraries
        handler = type("_Bound", (_Handler,), {"libraries": libraries, "editions": editions})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="onward-advisories", daemon=True)
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
        for library in self._libraries.values():
            library.close()


def query(libraries: Mapping[str, Library], request: Mapping[str, object]) -> dict[str, list[Record]]:
    """Return the answer to one OSV query: full records, `{}` when nothing matches; ValueError when it is malformed."""
    ecosystem, name, version = _subject(request)
    library = libraries.get(ecosystem)
    if library is None:
        raise ValueError(f"no records of {ecosystem or 'that ecosystem'} are imported, only {', '.join(libraries)}")
    known = library.of_package(canonical(name, ecosystem))
    vulns = [record for record in known if affects(record, name, version, ecosystem)]
    return {"vulns": vulns} if vulns else {}


def _subject(request: Mapping[str, object]) -> tuple[str, str, str]:
    package = request.get("package")
    if not isinstance(package, dict):
        raise ValueError("a query needs a package")  # noqa: TRY004  # one kind of refusal for every malformed request
    purl, version = package.get("purl") or "", str(request.get("version") or "")
    for ecosystem, prefix in _PURLS.items():
        if isinstance(purl, str) and purl.startswith(prefix):
            # A scope of npm may begin with @ as well: only the one after the last slash begins the version.
            scope, slash, rest = re.split("[?#]", purl.removeprefix(prefix))[0].rpartition("/")
            name, _, within = rest.partition("@")
            if within and version:
                raise ValueError("the query has a version both in the purl and beside it")
            return ecosystem, unquote(scope + slash + name), unquote(within) or version
    if not package.get("name"):
        raise ValueError("a query needs the name of a package")
    return str(package.get("ecosystem") or ""), str(package["name"]), version


class _Handler(BaseHTTPRequestHandler):
    libraries: Mapping[str, Library]
    editions: Mapping[str, Edition]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/editions":
            self._answer(200, {ecosystem: asdict(edition) for ecosystem, edition in self.editions.items()})
            return
        answer = self._undetermined() if self.path.startswith("/undetermined/") else self._record()
        if answer is None:
            self._answer(404, {"code": 5, "message": "Bug not found."})
        else:
            self._answer(200, answer)

    def _undetermined(self) -> dict[str, object] | None:
        subject, _, version = self.path.removeprefix("/undetermined/").partition("?")
        ecosystem, _, name = subject.partition("/")
        library = self.libraries.get(ecosystem)
        if library is None:
            return None
        records = library.of_package(canonical(unquote(name), ecosystem))
        known = unquote(version) or "0.0.0"
        unsure = (record for record in records if is_undetermined(record, known, ecosystem))
        return {"ids": [record["id"] for record in unsure if not affects(record, unquote(name), known, ecosystem)]}

    def _record(self) -> dict[str, object] | None:
        wanted = unquote(self.path.removeprefix("/v1/vulns/")) if self.path.startswith("/v1/vulns/") else ""
        found = (library.by_id(wanted) for library in self.libraries.values())
        return next((dict(record) for record in found if record is not None), None)

    def do_POST(self) -> None:
        try:
            request = json.loads(self._body())
            if self.path == "/v1/query":
                answer = query(self.libraries, request)
            elif self.path == "/v1/querybatch":
                answer = {"results": [_short(query(self.libraries, entry)) for entry in request["queries"]]}
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

    def _answer(self, status: int, document: Mapping[str, object]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002  # the signature that http.server asks for
        """Keep quiet: requests are not events of the run."""


def _short(answer: dict[str, list[Record]]) -> dict[str, object]:
    vulns = answer.get("vulns")
    return {"vulns": [{"id": vuln["id"], "modified": vuln["modified"]} for vuln in vulns]} if vulns else {}
