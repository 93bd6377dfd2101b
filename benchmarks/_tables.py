"""What tables of a screen cost, beside parsing its text."""

from __future__ import annotations

import importlib.util
import statistics
from collections.abc import Callable
from functools import partial

import ngio_collections as ngc
from benchmarks._collections import Screen
from benchmarks._figures import (
    Figure,
    Settings,
    Stopwatch,
    collector_paused,
    interleaved,
    median_ratio,
    seconds,
)
from benchmarks._trees import loads, screen_text, screen_tree

__all__ = ["tabling"]

ARROW_LIMIT = 3.5
CSV_LIMIT = 3.0
ATTRIBUTES = {"system": "/coordinateSystems/0/id", "source": "/labels/source/0/id"}


def _paused(run: Callable[[], object]) -> Stopwatch:
    def watch() -> float:
        with collector_paused():
            return seconds(run)

    return watch


def tabling(settings: Settings) -> list[Figure]:
    """A table of all nodes with two attributes, and a catalogue of all images."""
    screen = Screen.of(settings.nodes)
    root, text = screen_tree(screen).root, screen_text(screen)
    sides: list[tuple[str, Callable[[], object], float]] = [
        ("catalogue of images as CSV", partial(ngc.to_csv, root), CSV_LIMIT)
    ]
    if importlib.util.find_spec("pyarrow") is not None:
        make = partial(ngc.to_arrow, root, ATTRIBUTES)
        sides.insert(0, ("Arrow table of all nodes, two attributes", make, ARROW_LIMIT))
    *ours, parsing = interleaved(
        *(_paused(run) for _, run, _ in sides),
        _paused(partial(loads, text)),
        rounds=settings.few,
    )
    figures: list[Figure] = []
    for (name, _, limit), times in zip(sides, ours, strict=True):
        words = (
            f"{statistics.median(times):.1f} s for {len(screen):,} nodes; parsing the text: "
            f"{statistics.median(parsing):.1f} s"
        )
        figures.append(Figure(name, median_ratio(times, parsing), "x", limit, words))
    return figures
