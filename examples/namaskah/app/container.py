"""Wiring: settings become adapters, adapters become services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import httpx
from redis import Redis
from sqlalchemy import Engine

from app.adapters.database import build_engine, build_sessions
from app.adapters.passwords import build_passwords
from app.adapters.redis import RedisRateLimiter, build_redis
from app.adapters.sms_provider import HttpSmsProvider, build_client
from app.config import Settings
from app.services.accounts import Accounts
from app.services.bookings import Bookings
from app.services.health import Diagnostics
from app.services.payments import Payments
from app.services.ports import Clock, RateLimiter
from app.services.sweeper import Sweeper
from app.services.tokens import Tokens
from app.services.verifications import Verifications
from app.services.wallets import Wallets


@dataclass(frozen=True)
class Adapters:
    """The outside world as this process sees it; a test hands in another one."""

    engine: Engine
    redis: Redis
    limiter: RateLimiter
    provider_client: httpx.Client
    clock: Clock

    def close(self) -> None:
        """Give back every connection."""
        self.provider_client.close()
        self.redis.close()
        self.engine.dispose()


@dataclass(frozen=True)
class Services:
    """Everything that an endpoint may call."""

    settings: Settings
    clock: Clock
    limiter: RateLimiter
    tokens: Tokens
    accounts: Accounts
    wallets: Wallets
    payments: Payments
    bookings: Bookings
    verifications: Verifications
    diagnostics: Diagnostics
    sweeper: Sweeper


def utc_now() -> datetime:
    """The time of day."""
    return datetime.now(timezone.utc)


def connect(settings: Settings) -> Adapters:
    """Adapters for the configured addresses; nothing is contacted before it is used."""
    redis = build_redis(settings.redis_url)
    return Adapters(
        engine=build_engine(settings),
        redis=redis,
        limiter=RedisRateLimiter(redis, settings.redis_prefix),
        provider_client=build_client(
            settings.sms_provider_url,
            settings.sms_provider_key.get_secret_value(),
            settings.sms_provider_timeout_seconds,
        ),
        clock=utc_now,
    )


def assemble(settings: Settings, adapters: Adapters) -> Services:
    """The services over these adapters."""
    sessions, clock = build_sessions(adapters.engine), adapters.clock
    bookings = Bookings(sessions, clock, ttl=timedelta(seconds=settings.verification_ttl_seconds))
    verifications = Verifications(bookings, HttpSmsProvider(adapters.provider_client), clock)
    secret = settings.jwt_secret.get_secret_value()
    return Services(
        settings=settings,
        clock=clock,
        limiter=adapters.limiter,
        tokens=Tokens(secret, minutes=settings.access_token_minutes, clock=clock),
        accounts=Accounts(sessions, build_passwords(settings)),
        wallets=Wallets(sessions),
        payments=Payments(sessions, clock),
        bookings=bookings,
        verifications=verifications,
        diagnostics=Diagnostics(settings, adapters.engine, adapters.redis),
        sweeper=Sweeper(verifications.sweep, settings.sweep_interval_seconds),
    )
