"""How much memory a piece of work needs at its peak."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable

__all__ = ["peak_of"]

_TIMES = 3


def peak_of(work: Callable[[], object]) -> int:
    """The most memory that a piece of work holds at once.

    What is cached, imported or cleaned up by chance is in one of the runs only, so the least
    of several runs counts.

    Args:
        work: What to do. It is done several times.

    Returns:
        Bytes.
    """
    return min(_once(work) for _ in range(_TIMES))


def _once(work: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
