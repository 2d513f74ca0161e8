"""The providers as one server: `uvicorn provider_sim.main:app --port 8001`."""

from __future__ import annotations

import time

import httpx
from fastapi import FastAPI
from pydantic_settings import BaseSettings, SettingsConfigDict

from provider_sim import payments, sms
from provider_sim.activations import Activations


class SimSettings(BaseSettings):
    """Shares its secrets with the application through the environment."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    sim_code_delay_seconds: float = 2.0
    sim_webhook_url: str = "http://127.0.0.1:8000/api/v1/webhooks/payments"
    sms_provider_key: str = ""
    payment_webhook_secret: str = ""


def create_app(settings: SimSettings, client: httpx.Client) -> FastAPI:
    """Both providers; webhooks leave through the client."""
    app = FastAPI(title="Simulated providers")
    activations = Activations(settings.sim_code_delay_seconds, time.monotonic)
    app.include_router(sms.build_router(activations, settings.sms_provider_key))
    app.include_router(payments.build_router(client, settings.sim_webhook_url, settings.payment_webhook_secret))

    @app.get("/health")
    def alive() -> dict[str, str]:
        return {"status": "alive"}

    return app


app = create_app(SimSettings(), httpx.Client(timeout=5.0))
