"""A figure with its limit, and how several runs become one."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Figure", "median_seconds"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement.

    Attributes:
        name: What was measured.
        value: How much it was.
        unit: In what.
        limit: How much it may be, None where nothing is promised.
        compared_with: What the figure was compared with, in words.
    """

    name: str
    value: float
    unit: str
    limit: float | None
    compared_with: str

    @property
    def holds(self) -> bool:
        """Whether the figure is within its limit."""
        return self.limit is None or self.value <= self.limit

    def to_dict(self) -> dict[str, str | float | bool | None]:
        """The figure as plain JSON."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "limit": self.limit,
            "compared_with": self.compared_with,
            "holds": self.holds,
        }


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without the garbage collector, whose turns would fall into some runs and not into others."""
    was_running = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


def median_seconds(run: Callable[[], object], runs: int) -> float:
    """How long something takes: the median of several runs, after one that is not counted.

    Args:
        run: What is measured.
        runs: How often.

    Returns:
        Seconds.
    """
    run()
    seconds = []
    for _ in range(runs):
        with _collector_paused():
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
