"""A figure with its limit, and how several runs become one."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Figure",
    "Settings",
    "Stopwatch",
    "collector_paused",
    "interleaved",
    "median_ratio",
    "median_seconds",
    "seconds",
]

Stopwatch: TypeAlias = Callable[[], float]
"""Something that is done once, and says how many seconds what matters of it took."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What to measure with.

    Attributes:
        nodes: How many nodes the largest trees have, about.
        runs: How often the shortest figures are measured.
        shards: What has a document of its own, in collections of many documents.
    """

    nodes: int = 1_000_000
    runs: int = 15
    shards: tuple[str, ...] = ("none", "scene")

    @property
    def few(self) -> int:
        """How often figures are measured that take a second or more."""
        return max(3, self.runs // 3)


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
def collector_paused() -> Iterator[None]:
    """Without the garbage collector, whose turns would fall into some runs and not into others."""
    was_running = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


def seconds(run: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """How long something takes, once.

    Args:
        run: What is measured.
        clock: The time of the processor if nothing else is said, since other processes may
            hold it for longer than what is measured takes.

    Returns:
        Seconds.
    """
    start = clock()
    run()
    return clock() - start


def interleaved(*sides: Stopwatch, rounds: int) -> list[list[float]]:
    """Measure several things in turns, so that what disturbs one disturbs the others as well.

    Args:
        sides: What is measured. Who begins changes from round to round.
        rounds: How often each is measured, after one time that is not counted.

    Returns:
        The seconds of each side, round by round.
    """
    for side in sides:
        side()
    found: list[list[float]] = [[] for _ in sides]
    for number in range(rounds):
        turn = number % len(sides)
        for at in (*range(turn, len(sides)), *range(turn)):
            found[at].append(sides[at]())
    return found


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over all rounds of the ratio within a round."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def median_seconds(
    run: Callable[[], object], runs: int, clock: Callable[[], float] = time.process_time
) -> float:
    """How long something takes: the median of several runs, after one that is not counted.

    The collector is paused meanwhile.

    Args:
        run: What is measured.
        runs: How often.
        clock: As in `seconds`.

    Returns:
        Seconds.
    """
    run()
    found = []
    for _ in range(runs):
        with collector_paused():
            found.append(seconds(run, clock))
    return statistics.median(found)
