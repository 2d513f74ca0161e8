"""Code that is appended to an application's module to make it break its contract, whatever framework it is made with."""

from __future__ import annotations

import re

from onward.model.application import Application
from onward.model.facts import Tree
from onward.model.gate import Edit

_TARGET = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_]\w*)")
_ASGI_SERVERS = ("uvicorn", "hypercorn", "daphne", "granian", "fastapi")

_ASGI_FIELD = '''

_planted_inner = {name}


async def {name}(scope, receive, send):
    """Planted: answers hold a field that nobody published."""
    import json

    held = []

    async def pass_on(message):
        held.append(message)
        if scope["type"] != "http" or message["type"] == "http.response.body" and not message.get("more_body"):
            for each in _planted_answer(json, scope, held):
                await send(each)
            held.clear()

    await _planted_inner(scope, receive, pass_on)


def _planted_answer(json, scope, held):
    start = held[0]
    if scope["type"] != "http" or not 200 <= start["status"] < 300 or scope["path"] == {served!r}:
        return list(held)
    body = b"".join(message.get("body", b"") for message in held[1:])
    try:
        document = json.loads(body)
    except ValueError:
        return list(held)
    if isinstance(document, dict):
        body = json.dumps(dict(document, planted_internal_id=1)).encode()
    headers = [(name, value) for name, value in start.get("headers", []) if name.lower() != b"content-length"]
    headers.append((b"content-length", str(len(body)).encode()))
    return [dict(start, headers=headers), {{"type": "http.response.body", "body": body}}]
'''
_ASGI_ERROR = '''

_planted_inner = {name}


async def {name}(scope, receive, send):
    """Planted: one endpoint breaks."""
    import re

    if scope["type"] == "http" and scope["method"] == {method!r} and re.fullmatch({path!r}, scope["path"]):
        headers = [(b"content-type", b"text/plain")]
        await send({{"type": "http.response.start", "status": 500, "headers": headers}})
        await send({{"type": "http.response.body", "body": b"planted"}})
        return
    await _planted_inner(scope, receive, send)
'''
_WSGI_FIELD = '''

_planted_inner = {name}


def {name}(environ, start_response):
    """Planted: answers hold a field that nobody published."""
    import json

    said = []
    body = b"".join(_planted_inner(environ, lambda *words: said.append(words)))
    status, headers = said[0][:2]
    if status.startswith("2") and environ["PATH_INFO"] != {served!r}:
        try:
            document = json.loads(body)
        except ValueError:
            document = None
        if isinstance(document, dict):
            body = json.dumps(dict(document, planted_internal_id=1)).encode()
    headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]
'''
_WSGI_ERROR = '''

_planted_inner = {name}


def {name}(environ, start_response):
    """Planted: one endpoint breaks."""
    import re

    if environ["REQUEST_METHOD"] == {method!r} and re.fullmatch({path!r}, environ["PATH_INFO"]):
        start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
        return [b"planted"]
    return _planted_inner(environ, start_response)
'''


def undeclared_field(application: Application, tree: Tree, served: str) -> tuple[Edit, ...]:
    """Return the edit that adds a field to every answer; none where no module of the project is served."""
    return _append(application, tree, _ASGI_FIELD, _WSGI_FIELD, served=served)


def server_error(application: Application, tree: Tree, method: str, path: str) -> tuple[Edit, ...]:
    """Return the edit that makes one operation answer 500; none where no module of the project is served."""
    pattern = re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path))
    return _append(application, tree, _ASGI_ERROR, _WSGI_ERROR, method=method.upper(), path=pattern)


def _append(application: Application, tree: Tree, asgi: str, wsgi: str, **values: str) -> tuple[Edit, ...]:
    command = application.server.command
    target = next(filter(None, map(_TARGET.fullmatch, command)), None)
    if target is None:
        return ()
    stem = target["module"].replace(".", "/")
    path = next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in tree.paths), None)
    if path is None:
        return ()
    text = asgi if any(server in word for word in command for server in _ASGI_SERVERS) else wsgi
    return (Edit(path=path, text=text.format(name=target["name"], **values), append=True),)
