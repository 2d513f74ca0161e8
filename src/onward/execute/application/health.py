"""Ask a server whether it is up, and keep what was seen until it said so."""

from __future__ import annotations

import http.client
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from onward.errors import ServiceError
from onward.execute.process.ports import LOOPBACK
from onward.model.application import Health

_ASK_S = 5.0
_BODY_BYTES = 64 * 1024
_PAUSE_S = 0.05
# Answers that waiting longer does not change; a server may still give them in its first moments.
_FINAL = frozenset({301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 421})
_FINAL_S = 5.0
_WORDS_SHOWN = 6
_REFUSED = "declare headers that authorise the request, the host that it expects, or a public path"
_NOWHERE = "declare the path of its health document"
_ADVICE: dict[int | None, str] = {
    None: "check that it listens on {host} and {port}; see its log",
    400: "it may reject the Host header: declare the host that it expects",
    421: "it may reject the Host header: declare the host that it expects",
    401: _REFUSED,
    403: _REFUSED,
    404: _NOWHERE,
    405: _NOWHERE,
    410: _NOWHERE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: a status, or why there was none in `seen`; `is_gone` says that nobody was there to give one."""

    seen: str
    status: int | None = None
    location: str = ""
    body: bytes = b""
    is_gone: bool = False


def ask(port: int, health: Health, path: str = "") -> Answer:
    """GET the health path (or `path`) of the server on the loopback `port`; redirects are not followed."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_ASK_S)
    try:
        connection.putrequest("GET", path or health.path, skip_host=True, skip_accept_encoding=True)
        for name, value in (("Host", health.host or f"{LOOPBACK}:{port}"), *health.headers):
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        location = response.getheader("Location") or ""
        seen = f"{response.status} to {location}" if location else str(response.status)
        return Answer(seen=seen, status=response.status, location=location, body=response.read(_BODY_BYTES))
    except ConnectionRefusedError:
        return Answer(seen="connection refused", is_gone=True)
    except TimeoutError:
        return Answer(seen=f"no answer within {_ASK_S:g} s")
    except (OSError, http.client.HTTPException) as error:
        return Answer(seen=f"no HTTP answer ({type(error).__name__})", is_gone=True)
    finally:
        connection.close()


def await_healthy(port: int, health: Health, ended: Callable[[], str | None], *, limit_s: float) -> str:
    """Poll until the server answers as its health says; return what was seen in words.

    ServiceError when it ends before, when it does not within `limit_s`, when it keeps giving an answer that does not
    change by waiting, or when it gives the very same answer for a path that cannot exist.
    """
    began = time.monotonic()
    seen: list[Answer] = []
    since = began
    while True:
        answer = ask(port, health)
        now = time.monotonic()
        since = since if seen and seen[-1].seen == answer.seen else now
        seen.append(answer)
        end = ended()
        if end is not None:
            # Also when there is a healthy answer: then somebody else gave it.
            raise ServiceError(
                f"it exited before it was healthy: {end}; last answer at {health.path}: {described(seen)}"
            )
        if answer.status == health.status:
            return _proven(port, health, answer, f"{described(seen)} after {now - began:.1f} s")
        if now - began > limit_s or (answer.status in _FINAL and now - since > _FINAL_S):
            raise ServiceError(
                f"it was not healthy within {now - began:.0f} s; last answer at {health.path}: {described(seen)}",
                hint=advice(answer, health),
            )
        time.sleep(_PAUSE_S)


def described(answers: Iterable[Answer]) -> str:
    """Return what was seen, runs of the same counted, the last ones of many."""
    runs = [(seen, sum(1 for _ in run)) for seen, run in groupby(answer.seen for answer in answers)]
    words = [f"{seen} ({count} times)" if count > 1 else seen for seen, count in runs]
    return ", then ".join((["…"] if len(words) > _WORDS_SHOWN else []) + words[-_WORDS_SHOWN:])


def advice(last: Answer, health: Health) -> str:
    """Return what to try after the last answer was not the expected one."""
    if last.location.startswith("https:"):
        return 'it requires HTTPS: declare headers = { X-Forwarded-Proto = "https" }'
    if last.location.partition("?")[0].endswith(health.path.partition("?")[0] + "/"):
        return f'the path needs a trailing slash: health = "{health.path}/"'
    if last.location:
        return "onward does not follow redirects: declare the final path"
    return _ADVICE.get(last.status, "see its log")


def _proven(port: int, health: Health, answer: Answer, words: str) -> str:
    """Return `words` once a path that cannot exist got another answer; a catch-all says nothing of health."""
    folder = health.path.partition("?")[0].rpartition("/")[0]
    nonsense = ask(port, health, f"{folder}/onward-{secrets.token_hex(8)}")
    if nonsense.status != answer.status:
        return words
    if nonsense.body == answer.body:
        raise ServiceError(
            f"its answer at {health.path} proves nothing: a path that does not exist also returns {answer.status}",
            hint="declare a path that only a healthy application answers",
        )
    return f"{words}; a path that does not exist also returns {nonsense.status}, but a different document"
