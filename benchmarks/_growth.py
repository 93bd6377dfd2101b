"""How the cost of a node grows with the size of a tree, and what nesting costs."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks._collections import Screen, chain
from benchmarks._figures import (
    Figure,
    Settings,
    Stopwatch,
    collector_paused,
    interleaved,
    median_ratio,
    seconds,
)
from benchmarks._opening import opened
from benchmarks._reading import walk_handles
from benchmarks._trees import screen_text, tree_of
from ngio_collections.graph import Node, as_tree, diff, fingerprint, new_node

__all__ = ["growing", "nesting", "steps"]

GROWTH_LIMIT = 1.3
DEPTH = 5_000


def growing(settings: Settings) -> list[Figure]:
    """Cost of a node at three sizes, each ten times the one before."""
    largest = Screen.of(settings.nodes)
    screens = [largest.resized(len(largest) // 100), largest.resized(len(largest) // 10), largest]
    figures: list[Figure] = []
    parsing, indexing = _opening(screens, settings)
    figures += steps("parsing alone", screens, parsing, None)
    figures += steps("arrays and ids", screens, indexing, GROWTH_LIMIT)
    figures += steps("walk", screens, _walking(screens, settings), GROWTH_LIMIT)
    figures += steps("new_node, bottom-up", screens, _building(screens, settings), GROWTH_LIMIT)
    return figures


def _repeats(screens: Sequence[Screen], screen: Screen) -> int:
    """How often something is done to a small tree in the time of the largest, at most 10 times."""
    return min(10, max(1, len(screens[-1]) // len(screen)))


def steps(
    name: str, screens: Sequence[Screen], costs: Sequence[Sequence[float]], limit: float | None
) -> list[Figure]:
    """The growth from each size to the next; the costs are seconds a node."""
    figures: list[Figure] = []
    for n in range(1, len(screens)):
        before, now = (statistics.median(cost) * 1e9 for cost in costs[n - 1 : n + 1])
        growth = median_ratio(costs[n], costs[n - 1])
        step = f"{len(screens[n - 1]):,} -> {len(screens[n]):,}"
        words = f"{before:.0f} ns -> {now:.0f} ns a node"
        figures.append(Figure(f"growth, {name}, {step}", growth, "x", limit, words))
    return figures


def _opening(screens: Sequence[Screen], settings: Settings) -> tuple[list[list[float]], ...]:
    """What parsing, and what arrays and ids cost, by size and round."""
    texts = [screen_text(screen) for screen in screens]
    parsing: list[list[float]] = [[] for _ in screens]
    indexing: list[list[float]] = [[] for _ in screens]
    for number in range(settings.few + 1):
        for n, (screen, text) in enumerate(zip(screens, texts, strict=True)):
            runs = [opened(text) for _ in range(_repeats(screens, screen))]
            if number:  # The first round is not counted.
                parsing[n].append(statistics.median(run[0] for run in runs) / len(screen))
                indexing[n].append(statistics.median(sum(run[1:]) for run in runs) / len(screen))
    return parsing, indexing


def _walking(screens: Sequence[Screen], settings: Settings) -> list[list[float]]:
    trees = [tree_of(screen_text(screen)) for screen in screens]

    def side(n: int) -> Stopwatch:
        def watch() -> float:
            runs = range(_repeats(screens, screens[n]))
            with collector_paused():
                found = [seconds(partial(walk_handles, trees[n].root)) for _ in runs]
            return statistics.median(found) / len(screens[n])

        return watch

    return interleaved(*map(side, range(len(screens))), rounds=settings.few)


def _building(screens: Sequence[Screen], settings: Settings) -> list[list[float]]:
    def side(screen: Screen) -> Stopwatch:
        def watch() -> float:
            runs = range(_repeats(screens, screen))
            with collector_paused():
                found = [seconds(partial(_build, len(screen))) for _ in runs]
            return statistics.median(found) / len(screen)

        return watch

    return interleaved(*map(side, screens), rounds=settings.few)


def _build(nodes: int) -> Node:
    """A tree built from its leaves up, ten children a node."""
    level = [new_node("singlescale", id=f"n{n}") for n in range(nodes * 9 // 10)]
    while len(level) > 1:
        level = [
            new_node("collection", id=f"{len(level)}_{n}", children=level[n : n + 10])
            for n in range(0, len(level), 10)
        ]
    return level[0]


def nesting(settings: Settings) -> list[Figure]:
    """A chain of nodes, as deep as the tree promises to work."""
    tree = as_tree(chain(DEPTH), "file:///chain.json")
    gc.collect()
    gc.freeze()
    *_, deepest = tree.root.walk()
    edited = deepest.set_attr("lab:checked", True)
    assert len(list(deepest.ancestors())) == DEPTH
    measured: dict[str, Callable[[], object]] = {
        "walk": partial(walk_handles, tree.root),
        "ancestors of the deepest": lambda: list(deepest.ancestors()),
        "set_attr of the deepest": partial(deepest.set_attr, "lab:checked", True),
        "remove of the deepest": deepest.remove,
        "pointer of the deepest": lambda: deepest.pointer,
        "diff after an edit of the deepest": partial(diff, tree.root, edited),
        "to_json": edited.to_json,
        "fingerprint": partial(fingerprint, edited),
    }
    watches = [partial(seconds, run) for run in measured.values()]
    found = interleaved(*watches, rounds=settings.few)
    words = f"{DEPTH:,} collections inside of each other"
    return [
        Figure(f"chain, {name}", statistics.median(times) * 1000, "ms", None, words)
        for name, times in zip(measured, found, strict=True)
    ]
