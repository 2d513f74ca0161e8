"""The web application: its framework, where it is, and the paths that tell its health."""

from __future__ import annotations

import re
from collections.abc import Iterable

from onward.detect.declarations import declared_hits
from onward.detect.lines import Hit, agreed, code, evidence, gathered, matching, search
from onward.detect.packages import DEPLOYING
from onward.model.facts import Fact, Tree

COMPOSE = r"(?:.*/)?(?:docker-)?compose[^/]*\.ya?ml"
_FRAMEWORKS = {"fastapi": "FastAPI(", "flask": "Flask(", "django": ""}
_MADE = r"^(app|application|api)(?:\s*:\s*[\w.]+)?\s*=\s*(?:\w+\.)?(?:create|make|build|get)_\w*app\w*\("
_SERVERS = r"\b(?:uvicorn|gunicorn|hypercorn|daphne|granian|waitress-serve)\b"
_TARGET = re.compile(r"""(?<![\w.:/@$\{-])([A-Za-z_][\w.]*:[A-Za-z_]\w*(?:\(\))?)(?![\w:/-])""")
_HEALTH = r"(?:[\w/.{}-]*/)?(?:health\w*|healthz|ready|readyz|live|livez|diagnostics|ping|status)/?"


def framework(tree: Tree) -> Fact:
    """Tell FastAPI, Flask or Django by what is declared; several only when code creates just one application."""
    hits = declared_hits(tree, {name: name for name in _FRAMEWORKS})
    if len({hit.value for hit in hits}) > 1:
        created = {hit.value for hit in hits if _created(tree, hit.value)}
        return Fact(name="framework", value=created.pop() if len(created) == 1 else None, evidence=evidence(hits))
    return agreed("framework", hits)


def application(tree: Tree) -> Fact:
    """Return "module:name" as the commands that start it say, else as the code that creates it does."""
    return agreed("application", _started(tree), weaker=(*_wsgi(tree), *_objects(tree)))


def health(tree: Tree) -> Fact:
    """Return the paths that tell health, as deployments ask for them and as routes are written."""
    paths = (*matching(tree, DEPLOYING), *matching(tree, COMPOSE))
    asked = search(tree, paths, rf"(?:healthCheckPath:\s*|https?://[^/\s\"']+)(/{_HEALTH})(?=[\s\"',|]|$)")
    return gathered("health", (*asked, *_routes(tree)))


def _created(tree: Tree, name: str) -> bool:
    if name == "django":
        return bool(matching(tree, r"(?:.*/)?manage\.py"))
    call = _FRAMEWORKS[name]
    return bool(search(tree, code(tree), rf"=\s*(?:\w+\.)?{re.escape(call)}", holds=call))


def _started(tree: Tree) -> tuple[Hit, ...]:
    """What is deployed speaks first, then compose files, which start helpers as well, then scripts."""
    groups = (DEPLOYING, COMPOSE, r"Makefile|[^/]+\.sh|scripts/[^/]+\.sh")
    found = [tuple(_commands(tree, matching(tree, pattern))) for pattern in groups]
    return next((hits for hits in found if hits), ())


def _commands(tree: Tree, paths: Iterable[str]) -> Iterable[Hit]:
    for hit in search(tree, paths, _SERVERS):
        command = re.split(_SERVERS, hit.text, maxsplit=1)[-1]
        target = _TARGET.search(command)
        if target and not hit.text.lstrip().startswith("#"):
            yield hit.says(target[1])


def _wsgi(tree: Tree) -> list[Hit]:
    hits = search(tree, code(tree), r"^(?:WSGI|ASGI)_APPLICATION\s*=\s*[\"']([\w.]+)\.\w+[\"']", holds="_APPLICATION")
    return [hit.says(f"{hit.value}:application") for hit in hits]


def _objects(tree: Tree) -> Iterable[Hit]:
    for call in filter(None, _FRAMEWORKS.values()):
        pattern = rf"^(\w+)(?:\s*:\s*[\w.]+)?\s*=\s*(?:\w+\.)?{re.escape(call)}"
        for hit in search(tree, code(tree), pattern, holds=call):
            yield hit.says(f"{_module(hit.path)}:{hit.value}")
    for hit in search(tree, code(tree), _MADE):
        yield hit.says(f"{_module(hit.path)}:{hit.value}")


def _module(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _routes(tree: Tree) -> Iterable[Hit]:
    """Routes with the prefix of a router in the same file; prefixes that are added elsewhere are not known here."""
    decorated = rf"^\s*@(\w+)\.(?:get|route|api_route)\(\s*[\"']/?{_HEALTH}[\"']"
    for hit in search(tree, code(tree), decorated):
        path = re.search(rf"[\"'](/?{_HEALTH})[\"']", hit.text)
        prefix = re.search(
            rf"(?m)^{hit.value}\s*=\s*APIRouter\([^)]*prefix\s*=\s*[\"']([^\"']*)", tree.text(hit.path) or ""
        )
        shown = (prefix[1] if prefix else "") + (path[1] if path else "")
        yield hit.says("/" + shown.lstrip("/"))
    for hit in search(tree, code(tree), rf"\b(?:re_)?path\(\s*r?[\"']\^?({_HEALTH})\$?[\"']", holds="path("):
        yield hit.says("/" + hit.value.lstrip("/"))
