"""Settings: what is refused, what is made up, what is never fallen back to."""

from __future__ import annotations

from typing import Dict

import pytest

from app.config import Environment, Settings, SettingsError, load_settings, with_driver

PRODUCTION: Dict[str, str] = {
    "DATABASE_URL": "postgresql://u:p@db.example.com/namaskah",
    "REDIS_URL": "redis://cache.example.com:6379/0",
    "JWT_SECRET": "j" * 32,
    "PAYMENT_WEBHOOK_SECRET": "w" * 32,
    "SMS_PROVIDER_KEY": "k" * 32,
    "SMS_PROVIDER_URL": "https://sms.example.com",
    "PAYMENT_CHECKOUT_URL": "https://pay.example.com/checkout",
}


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which nothing of ours is set."""
    for name, field in Settings.model_fields.items():
        monkeypatch.delenv(name.upper(), raising=False)
        assert field is not None
    monkeypatch.delenv("RENDER_GIT_COMMIT", raising=False)
    return monkeypatch


def give(environ: pytest.MonkeyPatch, values: Dict[str, str], **changed: str) -> None:
    for name, value in {**values, **changed}.items():
        environ.setenv(name, value)


def test_production_is_what_silence_means(environ: pytest.MonkeyPatch) -> None:
    give(environ, PRODUCTION)
    assert load_settings().mode is Environment.PRODUCTION


def test_there_is_no_database_to_fall_back_to(environ: pytest.MonkeyPatch) -> None:
    give(environ, {}, TESTING="1", REDIS_URL="redis://127.0.0.1/0")
    with pytest.raises(SettingsError, match="DATABASE_URL: Field required"):
        load_settings()


@pytest.mark.parametrize("name", ["JWT_SECRET", "PAYMENT_WEBHOOK_SECRET", "SMS_PROVIDER_KEY", "SMS_PROVIDER_URL"])
def test_production_needs_every_secret_and_address(environ: pytest.MonkeyPatch, name: str) -> None:
    give(environ, PRODUCTION, **{name: ""})
    with pytest.raises(SettingsError, match=f"{name} must be set in production"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("DATABASE_URL", "sqlite:///file.db", "DATABASE_URL must name PostgreSQL"),
        ("JWT_SECRET", "short", "JWT_SECRET must have at least 32 characters"),
        ("PASSWORD_MEMORY_KIB", "1024", "PASSWORD_MEMORY_KIB must be at least 19456"),
        ("TESTING", "1", "TESTING=1 and ENVIRONMENT=production exclude each other"),
    ],
)
def test_production_refuses_what_is_weak(environ: pytest.MonkeyPatch, name: str, value: str, problem: str) -> None:
    give(environ, PRODUCTION, ENVIRONMENT="production", **{name: value})
    with pytest.raises(SettingsError, match=problem):
        load_settings()


def test_all_mistakes_are_named_at_once_and_no_secret_is_shown(environ: pytest.MonkeyPatch) -> None:
    give(environ, PRODUCTION, JWT_SECRET="hunter2", SMS_PROVIDER_KEY="")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "JWT_SECRET" in str(caught.value)
    assert "SMS_PROVIDER_KEY" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_secrets_are_made_up_outside_production_and_differ_each_time(environ: pytest.MonkeyPatch) -> None:
    give(environ, {}, ENVIRONMENT="development", DATABASE_URL="postgresql://db/x", REDIS_URL="redis://r")
    first, second = load_settings(), load_settings()
    assert len(first.jwt_secret.get_secret_value()) >= 32
    assert first.jwt_secret != second.jwt_secret


def test_testing_alone_means_the_test_environment(environ: pytest.MonkeyPatch) -> None:
    give(environ, {}, TESTING="1", DATABASE_URL="postgresql://db/x", REDIS_URL="redis://r")
    assert load_settings().mode is Environment.TEST


def test_the_commit_comes_from_the_platform_when_it_is_not_given(environ: pytest.MonkeyPatch) -> None:
    give(environ, PRODUCTION, RENDER_GIT_COMMIT="cafe")
    assert load_settings().git_commit == "cafe"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_uses_the_shipped_driver(scheme: str) -> None:
    assert with_driver(f"{scheme}://u@h/d") == "postgresql+psycopg://u@h/d"
