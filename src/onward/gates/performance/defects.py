"""Faults that a load test must catch; each wraps the application that the definition starts."""

from __future__ import annotations

import re

from onward.errors import ConfigError
from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

_SERVED = re.compile(r"^([A-Za-z_][\w.]*):([A-Za-z_]\w*)$")
_MIB = 1024 * 1024
# Every fourth request, so that health checks and medians look well.
_OFTEN = 4
_WRAPPED = '''

import asyncio as _planted_asyncio
import inspect as _planted_inspect
import itertools as _planted_itertools
import time as _planted_time

_planted_app = {app}
_planted_count = _planted_itertools.count()
_planted_kept = []
_planted_is_asgi = any(
    _planted_inspect.iscoroutinefunction(one) for one in ({app}, getattr({app}, "__call__", None))
)


def _planted_fault():
    """Return how long to wait, and whether to fail."""
    number = next(_planted_count)
    {fault}


def _planted_wsgi(environ, start_response):
    wait, fails = _planted_fault()
    _planted_time.sleep(wait)
    if fails:
        start_response("500 Internal Server Error", [("Content-Length", "0")])
        return [b""]
    return _planted_app(environ, start_response)


async def _planted_asgi(scope, receive, send):
    if scope["type"] == "http":
        wait, fails = _planted_fault()
        await _planted_asyncio.sleep(wait)
        if fails:
            await send({{"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"0")]}})
            await send({{"type": "http.response.body", "body": b""}})
            return
    await _planted_app(scope, receive, send)


{app} = _planted_asgi if _planted_is_asgi else _planted_wsgi
'''


def _wrapped(tree: Tree, pipeline: Pipeline, fault: str) -> tuple[Change, ...]:
    path, name = _application(tree, pipeline)
    return (Change(edits=(Edit(path=path, text=_WRAPPED.format(app=name, fault=fault), append=True),)),)


def _application(tree: Tree, pipeline: Pipeline) -> tuple[str, str]:
    """Return the file and the name in it that the application's command names as `module:name`."""
    command = pipeline.application.server.command if pipeline.application else ()
    for word in command:
        served = _SERVED.match(word)
        module = served.group(1).replace(".", "/") if served else ""
        for path in (f"{root}{module}{end}" for root in ("", "src/") for end in (".py", "/__init__.py")):
            if served and path in tree.paths:
                return path, served.group(2)
    raise ConfigError(
        "cannot plant the defect: the application's command does not name the application as module:name",
        where="application.command",
        hint='for example command = ["uvicorn", "main:app", "--port", "{port}"]',
    )


def plant_slow(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Let every fourth answer take longer than p95 allows."""
    limit = pipeline.settings("performance").number("p95") or 0.5
    return _wrapped(tree, pipeline, f"return ({1.5 * limit:.3f} if number % {_OFTEN} == 3 else 0.0), False")


def plant_failing(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Let every fourth request fail at once, which makes percentiles look better."""
    return _wrapped(tree, pipeline, f"return 0.0, number % {_OFTEN} == 3")


def plant_leak(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Keep a part of the allowed memory with each of the first requests."""
    most = pipeline.settings("performance").number("max-memory") or 512 * _MIB
    keep = f'_planted_kept.append(b"x" * {int(most / 8)}) if number < 10 else None'
    return _wrapped(tree, pipeline, f"{keep}\n    return 0.0, False")


def plant_slower(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Let every answer take a little longer: within every limit, but slower than the base."""
    return _wrapped(tree, pipeline, "return 0.03, False")


DEFECTS = (
    Defect(id="slow", title="every fourth response is slow", check="load", rule="load.p95", plant=plant_slow),
    Defect(
        id="failing", title="every fourth request fails fast", check="load", rule="load.errors", plant=plant_failing
    ),
    Defect(id="leak", title="memory that is never released", check="load", rule="load.memory", plant=plant_leak),
    Defect(
        id="slower", title="every response 30 ms slower than before", check="compare", rule="slower", plant=plant_slower
    ),
)
