"""An application wired for a test, with the simulated provider behind it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Dict

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from redis import Redis
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.container import Adapters, Services, assemble
from app.factory import create_app
from app.models import LedgerEntry, User, Wallet
from app.services.payments import EventType, PaymentEvent
from app.services.ports import RateLimiter
from provider_sim import sms
from provider_sim.activations import Activations
from tests.support.clock import FakeClock
from tests.support.transport import client_of

CODE_DELAY = 5.0
PASSWORD = "correct horse battery"
TELEGRAM_CENTS = 50

TEST_VALUES: Dict[str, object] = {
    "jwt_secret": SecretStr("jwt-secret-of-the-tests-and-of-nothing-else"),
    "payment_webhook_secret": SecretStr("webhook-secret-of-the-tests-and-of-nothing-else"),
    "sms_provider_key": SecretStr("provider-key-of-the-tests-and-of-nothing-else"),
    "password_time_cost": 1,
    "password_memory_kib": 8,
    "sweep_interval_seconds": 0.0,
    "git_commit": "0123abc",
}


@dataclass(frozen=True)
class World:
    """What a test holds in its hands."""

    settings: Settings
    adapters: Adapters
    services: Services
    clock: FakeClock

    def user(self, email: str = "ada@example.com", *, cents: int = 0) -> User:
        """A registered user whose wallet holds this much, paid in like any other money."""
        user = self.services.accounts.register(email, PASSWORD)
        if cents:
            self.deposit(user, cents)
        return user

    def deposit(self, user: User, cents: int) -> None:
        """Pay in, as the payment provider would report it."""
        payment = self.services.payments.initiate(user.id, cents)
        event = PaymentEvent(uuid.uuid4().hex, EventType.SUCCEEDED, payment.reference, cents, "USD")
        self.services.payments.take_in(event)

    def balance(self, user: User) -> int:
        """The balance, checked against the ledger: both must always tell the same."""
        with Session(self.adapters.engine) as session:
            wallet = session.scalars(select(Wallet).where(Wallet.user_id == user.id)).one()
            total = func.coalesce(func.sum(LedgerEntry.amount_cents), 0)
            explained = session.scalar(select(total).where(LedgerEntry.wallet_id == wallet.id))
        assert wallet.balance_cents == explained
        return wallet.balance_cents

    def app(self) -> FastAPI:
        """The ASGI application over the same adapters."""
        return create_app(self.settings, self.adapters)


def simulated_provider(settings: Settings, clock: FakeClock) -> httpx.Client:
    """A client whose requests are answered by the provider's own application, in this process."""
    simulation = FastAPI()
    activations = Activations(CODE_DELAY, clock.monotonic)
    key = settings.sms_provider_key.get_secret_value()
    simulation.include_router(sms.build_router(activations, key))
    return client_of(simulation, Authorization=f"Bearer {key}")


def build_world(settings: Settings, engine: Engine, redis: Redis, limiter: RateLimiter, clock: FakeClock) -> World:
    """Wire the application to these adapters and to a provider of its own."""
    adapters = Adapters(engine, redis, limiter, simulated_provider(settings, clock), clock)
    return World(settings, adapters, assemble(settings, adapters), clock)
