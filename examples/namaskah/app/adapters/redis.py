"""Redis: a client with short timeouts, and a rate limiter that decides atomically."""

from __future__ import annotations

import math
import secrets
from typing import List, Union

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from app.errors import RateLimiterUnavailable
from app.services.ports import Decision, Limit

# NOTE: one script, so that two processes can never both take the last place; the server's clock, so
# that theirs need not agree. A refused request is not counted.
SLIDING_WINDOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window, places = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) < places then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], window)
  return {1, 0}
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {0, oldest[2] + window - now}
"""


def build_redis(url: str) -> Redis:
    """A client that tries a broken connection once more, and gives up soon instead of holding a request."""
    retry = Retry(NoBackoff(), retries=1)
    return Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=retry, decode_responses=True)


class RedisRateLimiter:
    """A sliding window a key, shared by every process of the application."""

    def __init__(self, client: Redis, prefix: str) -> None:
        self._script = client.register_script(SLIDING_WINDOW)
        self._prefix = prefix

    def hit(self, key: str, limit: Limit) -> Decision:
        """Count one request, or say when to come back. Raises RateLimiterUnavailable."""
        arguments: List[Union[str, int]] = [limit.seconds * 1000, limit.requests, secrets.token_hex(8)]
        try:
            answer: List[int] = self._script(keys=[f"{self._prefix}:limit:{key}"], args=arguments)
        except RedisError as error:
            raise RateLimiterUnavailable("requests cannot be counted at the moment; try again shortly") from error
        allowed, wait_ms = answer
        return Decision(allowed=bool(allowed), retry_after=max(1, math.ceil(wait_ms / 1000)) if not allowed else 0)
