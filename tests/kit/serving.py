"""A small server of the standard library that misbehaves on request, and an application made of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from onward.execute.application.server_group import AppEnvironment, made_up
from onward.execute.process import ports
from onward.execute.process.processes import Processes
from onward.model.application import Application, Health, Server

# python server.py PORT [WORD…]: what each word does stands beside it.
PROGRAM = """
import http.server, json, os, signal, subprocess, sys, time

words = sys.argv[2:]
if "late" in words:
    time.sleep(1.0)
if "deaf" in words:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "sick" in words:
    sys.exit("the configuration is wrong")
if "child" in words:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    open("child.pid", "w").write(str(child.pid))


class Handler(http.server.BaseHTTPRequestHandler):
    count = 0

    def do_GET(self):
        Handler.count += 1
        if "mortal" in words and Handler.count > 2:
            os._exit(7)
        if self.path == "/environment":
            return self.answer(200, dict(os.environ))
        if "slash" in words and self.path == "/health":
            return self.answer(301, {}, {"Location": "/health/"})
        if "secure" in words and self.headers.get("X-Forwarded-Proto") != "https":
            return self.answer(308, {}, {"Location": "https://shop.example" + self.path})
        if "picky" in words and self.headers.get("Host") != "shop.example":
            return self.answer(400, {"error": "host"})
        if "catch-all" in words:
            return self.answer(200, {"page": "index"})
        if "front-end" in words and not self.path.startswith("/health"):
            return self.answer(200, {"page": self.path})
        if "warming" in words and Handler.count < 4:
            return self.answer(503, {})
        self.answer(200 if self.path.startswith("/health") else 404, {"path": self.path})

    def answer(self, status, document, headers={}):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


HEALTH = Health(path="/health")


def server(*words: str, name: str = "application", health: Health = HEALTH, **more: object) -> Server:
    """Return a server that behaves as `words` say."""
    spec = Server(
        name=name, command=(sys.executable, "server.py", "{port}", *words), health=health, start_timeout_s=10.0
    )
    return replace(spec, **more)  # type: ignore[arg-type]  # tests name the fields they change


def application(*words: str, companions: tuple[Server, ...] = (), **more: object) -> Application:
    """Return an application that behaves as `words` say."""
    health = more.pop("health", HEALTH)
    return Application(server=server(*words, health=health, variable="APPLICATION_URL", **more), companions=companions)  # type: ignore[arg-type]


def app_env(folder: Path, processes: Processes, spec: Application, **more: object) -> AppEnvironment:
    """Return a app_env at `folder`, with the program in its tree."""
    tree = folder / "tree"
    tree.mkdir(exist_ok=True)
    (tree / "server.py").write_text(PROGRAM)
    env: Mapping[str, str] = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    free_port: Callable[[], int] = ports.free_port
    plain = AppEnvironment(
        name="application", tree=tree, logs=folder, env=env, processes=processes, python="3.11", secrets=made_up(spec),
        free_port=free_port,
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]
