"""The built front end, served beside the API where no web server stands in front."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_PATHS = ("/api", "/health", "/docs", "/redoc", "/openapi.json")
INDEX = "index.html"
ASSETS = "/assets/"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def install(app: FastAPI, folder: Path) -> None:
    """Serve what is built in `folder` for every address that is not the API's."""
    app.add_middleware(Frontend, folder=folder)


class Frontend:
    """Answers with files; with the page itself where there is no such file, because its router knows the address."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app = app
        self._index = folder / INDEX
        self._files = StaticFiles(directory=folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take requests to read that are not for the API; hand on everything else."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or _is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        if self._is_file(scope["path"]):
            await self._files(scope, receive, _with_headers(send, scope["path"]))
        # NOTE: an asset of an older build must be missing: a page in its place would be run as a script.
        elif scope["path"].startswith(ASSETS):
            await self._app(scope, receive, send)
        else:
            await FileResponse(self._index)(scope, receive, _with_headers(send, scope["path"]))

    def _is_file(self, path: str) -> bool:
        full, found = self._files.lookup_path(path.lstrip("/"))
        return found is not None and Path(full).is_file()


def _is_api(path: str) -> bool:
    return any(path == name or path.startswith(f"{name}/") for name in API_PATHS)


def _with_headers(send: Send, path: str) -> Send:
    # NOTE: the build names assets by their content; everything else may change under the same name.
    lifetime = "public, max-age=31536000, immutable" if path.startswith(ASSETS) else "no-cache"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update({**HEADERS, "Cache-Control": lifetime})
        await send(message)

    return sending
