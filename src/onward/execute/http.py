"""The one door to servers elsewhere: GET with retries, through the proxies that the environment names.

Certificates are the operating system's, those in SSL_CERT_FILE besides. Slow to import: import it where something is asked.
"""

from __future__ import annotations

import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urljoin
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # in every release, undocumented

import truststore
import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Retry, make_headers, parse_url

_AGAIN = frozenset({429, 502, 503, 504})
_TIMES = 3
_MOST_REDIRECTS = 10


def answers(url: str, environ: Mapping[str, str], *, accepted: Collection[int] = (200,)) -> bool:
    """Return whether the server answers within 3 s, at the first try, with one of the `accepted` status codes."""
    try:
        with _got(url, environ, timeout_s=3.0, retry=Retry(0)) as answer:
            return answer.status in accepted
    except OSError:  # that nothing answers is the answer
        return False


def download(url: str, path: Path, environ: Mapping[str, str], *, largest: int) -> None:
    """Write what is at `url`, redirects followed, to `path`. OSError when it is not had, or has more than `largest` bytes."""
    retry = Retry(_TIMES, backoff_factor=0.5, status_forcelist=_AGAIN)
    for _ in range(_MOST_REDIRECTS):
        with _got(url, environ, timeout_s=60.0, retry=retry) as answer:
            moved = answer.get_redirect_location()
            if not moved:
                _write(answer, path, largest)
                return
            url = urljoin(url, moved)
    raise OSError(f"more than {_MOST_REDIRECTS} redirects")


def _write(answer: urllib3.BaseHTTPResponse, path: Path, largest: int) -> None:
    if answer.status != 200:
        raise OSError(f"the server returned status {answer.status}")
    size = 0
    with path.open("wb") as file:
        for chunk in answer.stream():
            size += len(chunk)
            if size > largest:
                raise OSError(f"it is larger than {largest} bytes")
            file.write(chunk)


@contextmanager
def _got(url: str, environ: Mapping[str, str], *, timeout_s: float, retry: Retry) -> Iterator[urllib3.BaseHTTPResponse]:
    """Yield the answer to one GET, its body not read yet; whatever breaks on the way is an OSError."""
    try:
        with (
            _manager(url, environ) as manager,
            manager.request("GET", url, preload_content=False, redirect=False, timeout=timeout_s, retries=retry) as got,
        ):
            yield got
    except HTTPError as error:
        raise OSError(str(getattr(error, "reason", None) or error)) from error


def _manager(url: str, environ: Mapping[str, str]) -> urllib3.PoolManager:
    trust = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if environ.get("SSL_CERT_FILE"):
        trust.load_verify_locations(cafile=environ["SSL_CERT_FILE"])
    target = parse_url(url)
    proxy = _named(environ, f"{target.scheme}_proxy") or _named(environ, "all_proxy")
    if not proxy or proxy_bypass_environment(target.netloc or "", {"no": _named(environ, "no_proxy")}):
        return urllib3.PoolManager(ssl_context=trust)
    server = parse_url(proxy if "://" in proxy else f"http://{proxy}")
    headers = make_headers(proxy_basic_auth=unquote(server.auth)) if server.auth else None
    return urllib3.ProxyManager(server.url, ssl_context=trust, proxy_headers=headers)


def _named(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""
