"""Threads that start at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, List, TypeVar, Union

T = TypeVar("T")


def together(count: int, action: Callable[[int], T]) -> List[Union[T, Exception]]:
    """Run the action in this many threads at once; what each returned or raised, in order."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Union[T, Exception]:
        barrier.wait(timeout=10)
        try:
            return action(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
