"""Settings, read from the environment and checked before anything starts."""

from __future__ import annotations

import secrets
from enum import Enum
from pathlib import Path
from typing import Iterator, Optional

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_LENGTH = 32
OWASP_MEMORY_KIB = 19_456
SECRETS = ("jwt_secret", "payment_webhook_secret", "sms_provider_key")
ADDRESSES = ("sms_provider_url", "payment_checkout_url")


class Environment(str, Enum):
    """Where the process runs."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TEST = "test"


class SettingsError(Exception):
    """The environment does not describe a runnable application."""


class Settings(BaseSettings):
    """Everything that may differ between two deployments of the same commit."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True)

    environment: Optional[Environment] = None
    testing: bool = False
    git_commit: str = Field(default="unknown", validation_alias=AliasChoices("git_commit", "render_git_commit"))

    database_url: str
    database_pool_size: int = Field(default=20, ge=1, le=200)
    redis_url: str
    redis_prefix: str = "namaskah"

    jwt_secret: SecretStr = SecretStr("")
    access_token_minutes: int = Field(default=30, ge=1, le=24 * 60)
    password_time_cost: int = Field(default=2, ge=1)
    password_memory_kib: int = Field(default=OWASP_MEMORY_KIB, ge=8)

    payment_webhook_secret: SecretStr = SecretStr("")
    payment_checkout_url: str = "http://127.0.0.1:8001/checkout"
    webhook_tolerance_seconds: int = Field(default=300, ge=1)

    sms_provider_url: str = "http://127.0.0.1:8001"
    sms_provider_key: SecretStr = SecretStr("")
    sms_provider_timeout_seconds: float = Field(default=5.0, gt=0)

    verification_ttl_seconds: int = Field(default=600, ge=1)
    sweep_interval_seconds: float = Field(default=15.0, ge=0)

    rate_limit_register_per_hour: int = Field(default=20, ge=1)
    rate_limit_login_per_minute: int = Field(default=10, ge=1)
    rate_limit_purchase_per_minute: int = Field(default=30, ge=1)

    frontend_dist: Optional[Path] = None

    @property
    def mode(self) -> Environment:
        """The environment; what is not declared is production, where nothing is forgiven."""
        if self.environment is not None:
            return self.environment
        return Environment.TEST if self.testing else Environment.PRODUCTION

    @property
    def sqlalchemy_url(self) -> str:
        """The database address with the driver that this application ships."""
        return with_driver(self.database_url)

    @model_validator(mode="after")
    def _fit_for_environment(self) -> Settings:
        problems = [*_short_secrets(self), *_unbuilt(self.frontend_dist)]
        if self.testing and self.mode is Environment.PRODUCTION:
            problems.append("TESTING=1 and ENVIRONMENT=production exclude each other")
        if self.mode is Environment.PRODUCTION:
            problems.extend(_production_problems(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self


def with_driver(url: str) -> str:
    """Name psycopg in a PostgreSQL address; platforms hand out `postgres://` and `postgresql://`."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url[len(scheme) :]
    return url


def load_settings() -> Settings:
    """Settings from the environment.

    Outside production, secrets that are not given are made up for the life of the process: nothing
    in the code base is a secret that works anywhere. Raises SettingsError naming every mistake.
    """
    try:
        settings = Settings.model_validate({})
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    missing = [name for name in SECRETS if not _reveal(settings, name)]
    return settings.model_copy(update={name: SecretStr(secrets.token_urlsafe(SECRET_LENGTH)) for name in missing})


def _reveal(settings: Settings, name: str) -> str:
    secret: SecretStr = getattr(settings, name)
    return secret.get_secret_value()


def _short_secrets(settings: Settings) -> Iterator[str]:
    for name in SECRETS:
        if 0 < len(_reveal(settings, name)) < SECRET_LENGTH:
            yield f"{name.upper()} must have at least {SECRET_LENGTH} characters"


def _unbuilt(frontend: Optional[Path]) -> Iterator[str]:
    if frontend is not None and not (frontend / "index.html").is_file():
        yield f"FRONTEND_DIST names {frontend}, where no index.html lies; build the front end first"


def _production_problems(settings: Settings) -> Iterator[str]:
    for name in SECRETS:
        if not _reveal(settings, name):
            yield f"{name.upper()} must be set in production"
    for name in ADDRESSES:
        if name not in settings.model_fields_set:
            yield f"{name.upper()} must be set in production"
    if not settings.sqlalchemy_url.startswith("postgresql+psycopg://"):
        yield "DATABASE_URL must name PostgreSQL in production"
    if settings.password_memory_kib < OWASP_MEMORY_KIB:
        yield f"PASSWORD_MEMORY_KIB must be at least {OWASP_MEMORY_KIB} in production"


def _explain(error: ValidationError) -> str:
    problems = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        name = ".".join(str(part) for part in problem["loc"]).upper()
        message = problem["msg"].replace("Value error, ", "")
        problems.append(f"{name}: {message}" if name else message)
    return "the environment is not fit to start: " + "; ".join(problems)
