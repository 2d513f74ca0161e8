"""The rate limiter on a real Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from redis import Redis

from app.services.ports import Limit
from tests.support.api import Api
from tests.support.world import World


def test_a_window_slides(world: World, real_redis: Redis) -> None:
    limiter, limit = world.services.limiter, Limit(2, seconds=60)
    answers = [limiter.hit("key", limit) for _ in range(3)]
    assert [answer.allowed for answer in answers] == [True, True, False]
    assert 58 <= answers[2].retry_after <= 60
    real_redis.delete(f"{world.settings.redis_prefix}:limit:key")
    assert limiter.hit("key", limit).allowed


def test_a_place_is_free_again_after_the_window(world: World) -> None:
    limiter, limit = world.services.limiter, Limit(1, seconds=1)
    assert limiter.hit("key", limit).allowed
    assert limiter.hit("key", limit).retry_after == 1
    assert limiter.hit("other", limit).allowed


def test_nothing_stays_in_redis_for_ever(world: World, real_redis: Redis) -> None:
    world.services.limiter.hit("key", Limit(1, seconds=60))
    life: Any = real_redis.pttl(f"{world.settings.redis_prefix}:limit:key")
    assert 0 < life <= 60_000


def test_concurrent_requests_never_share_the_last_place(world: World) -> None:
    limit = Limit(10, seconds=60)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: world.services.limiter.hit("key", limit).allowed, range(64)))
    assert sum(answers) == 10


def test_guessing_passwords_is_limited(api: Api) -> None:
    api.register()
    answers = [api.login(password="guess number one").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    assert 1 <= int(api.login().headers["Retry-After"]) <= 60
