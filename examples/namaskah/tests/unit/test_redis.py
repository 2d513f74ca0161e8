"""What happens when Redis is not there."""

from __future__ import annotations

import pytest

from app.adapters.redis import RedisRateLimiter, build_redis
from app.errors import RateLimiterUnavailable
from app.services.ports import Limit


def test_what_cannot_be_counted_is_refused() -> None:
    with build_redis("redis://127.0.0.1:1/0") as client:
        limiter = RedisRateLimiter(client, "test")
        with pytest.raises(RateLimiterUnavailable):
            limiter.hit("login", Limit(1, seconds=60))
