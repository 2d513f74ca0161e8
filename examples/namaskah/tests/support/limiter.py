"""The rate limiter's port, fulfilled in memory."""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from typing import DefaultDict, List

from app.services.ports import Clock, Decision, Limit


class MemoryRateLimiter:
    """A sliding window a key; good for one process only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hits: DefaultDict[str, List[float]] = defaultdict(list)
        self._lock = threading.Lock()

    def hit(self, key: str, limit: Limit) -> Decision:
        now = self._clock().timestamp()
        with self._lock:
            hits = self._hits[key] = [hit for hit in self._hits[key] if hit > now - limit.seconds]
            if len(hits) >= limit.requests:
                return Decision(allowed=False, retry_after=max(1, math.ceil(hits[0] + limit.seconds - now)))
            hits.append(now)
            return Decision(allowed=True)
