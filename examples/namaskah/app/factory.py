"""Builds the ASGI application."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Dict, Optional, Union

from fastapi import FastAPI

from app import __version__
from app.api import auth, errors, frontend, health, payments, verifications, wallet, webhooks
from app.api.schemas.common import ErrorOut
from app.config import Settings
from app.container import Adapters, assemble, connect

API_V1 = "/api/v1"
COMMON: Dict[Union[int, str], Dict[str, Any]] = {
    400: {"model": ErrorOut, "description": "The body is not JSON"},
    422: {"model": ErrorOut, "description": "The request does not have the documented form"},
    503: {"model": ErrorOut, "description": "Database or Redis does not answer; try again"},
}


def create_app(settings: Settings, adapters: Optional[Adapters] = None) -> FastAPI:
    """The application; without adapters, those that the settings describe."""
    adapters = adapters or connect(settings)
    services = assemble(settings, adapters)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.sweeper.start()
        yield
        services.sweeper.stop()
        adapters.close()

    app = FastAPI(title="Namaskah", version=__version__, summary="SMS verification numbers", lifespan=lifespan)
    app.state.services = services
    errors.install(app)
    app.include_router(health.router)
    for module in (auth, wallet, payments, webhooks, verifications):
        app.include_router(module.router, prefix=API_V1, responses=COMMON)
    if settings.frontend_dist is not None:
        frontend.install(app, settings.frontend_dist)
    return app
