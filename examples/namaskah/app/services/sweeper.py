"""A thread that ends expired verifications while the application runs."""

from __future__ import annotations

import logging
import threading
from typing import Callable

from sqlalchemy.exc import SQLAlchemyError

logger = logging.getLogger(__name__)


class Sweeper:
    """Sweeps every `interval` seconds until stopped; an interval of zero never sweeps."""

    def __init__(self, sweep: Callable[[], int], interval: float) -> None:
        self._sweep = sweep
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        """Begin; the first sweep comes after one interval."""
        if self._interval > 0:
            self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end and wait until the sweep in progress, if any, is over."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            try:
                self._sweep()
            except SQLAlchemyError:
                logger.exception("expired verifications could not be swept; the next attempt follows")
