"""HTTP without a network: requests of a synchronous client go straight into an ASGI application."""

from __future__ import annotations

import asyncio

import httpx
from fastapi import FastAPI


class InProcess(httpx.BaseTransport):
    """Each request gets an event loop of its own, so that threads may send theirs at the same time."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._handle(request))

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())


def client_of(app: FastAPI, **headers: str) -> httpx.Client:
    """A client of the application."""
    return httpx.Client(transport=InProcess(app), base_url="http://namaskah.test", headers=headers)
