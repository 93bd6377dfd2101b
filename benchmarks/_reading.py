"""What reading costs in a tree: walking, finding, printing."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

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
from benchmarks._trees import flat_tree, loads, screen_text, screen_tree, spread
from ngio_collections.graph import Node, NodeTree, fingerprint

__all__ = ["finding", "fingerprinting", "printing", "walk_handles", "walking"]

WALK_LIMIT = 4.0
FIND_LIMIT = 10.0
FIND_LIMIT_US = 2.0
LOOKUPS = 1_000


def walk_handles(root: Node) -> None:
    """Read id and type of all nodes."""
    for node in root.walk():
        _ = node.id, node.type


def _walk_dicts(document: dict[str, Any]) -> None:
    stack = [document]
    while stack:
        node = stack.pop()
        _ = node["id"], node["type"]
        children = node.get("nodes")
        if children:
            stack.extend(reversed(children))


def _paused(run: Callable[[], object]) -> Stopwatch:
    def watch() -> float:
        with collector_paused():
            return seconds(run)

    return watch


def walking(settings: Settings) -> list[Figure]:
    """All handles of a screen and of a flat collection, beside bare dictionaries."""
    trees: Iterable[tuple[str, Callable[[], NodeTree]]] = (
        ("", partial(screen_tree, Screen.of(settings.nodes))),
        (" (flat)", partial(flat_tree, settings.nodes)),
    )
    figures: list[Figure] = []
    for shape, make in trees:
        tree = make()
        ours, theirs = interleaved(
            _paused(partial(walk_handles, tree.root)),
            _paused(partial(_walk_dicts, dict(tree.segment.root))),
            rounds=settings.few,
        )
        bare = statistics.median(theirs) * 1000
        words = f"bare dictionaries: {bare:.0f} ms for {len(tree):,} nodes"
        limit = None if shape else WALK_LIMIT  # The limit is that of a real collection.
        figures.append(
            Figure(f"walk{shape}, id and type", median_ratio(ours, theirs), "x", limit, words)
        )
    return figures


def finding(settings: Settings) -> list[Figure]:
    """`find` after the first, beside a dictionary from id to node."""
    tree = screen_tree(Screen.of(settings.nodes))
    nodes = list(tree.root.walk())
    known: dict[str | None, Any] = {node.id: node.key[0].raw(node.key[1]) for node in nodes}
    # Texts of their own, as a caller has them, and not those of the parsed document.
    wanted = [f"{node.id} "[:-1] for node in spread(nodes, LOOKUPS)]
    del nodes

    def each(find: Callable[[str], object]) -> Stopwatch:
        def run() -> None:
            for id_ in wanted:
                find(id_)

        return lambda: seconds(run)

    by_node, by_tree, theirs = interleaved(
        each(tree.root.find), each(tree.find), each(known.__getitem__), rounds=settings.runs
    )
    lookup = statistics.median(theirs) / len(wanted) * 1e9
    words = f"one dictionary lookup: {lookup:.0f} ns"
    figures: list[Figure] = []
    for name, ours in (("root.find(id)", by_node), ("tree.find(id)", by_tree)):
        us = statistics.median(ours) / len(wanted) * 1e6
        figures += [
            Figure(f"{name} after the first", median_ratio(ours, theirs), "x", FIND_LIMIT, words),
            Figure(f"{name} after the first", us, "us", FIND_LIMIT_US, "the limit alone"),
        ]
    return figures


def printing(settings: Settings) -> list[Figure]:
    """What `print` shows of a large and of a small tree."""
    large, small = Screen.of(settings.nodes), Screen().resized(1_000)
    roots = [screen_tree(screen).root for screen in (large, small)]
    ours, theirs = interleaved(
        *(partial(seconds, partial(str, root)) for root in roots), rounds=settings.runs
    )
    words = f"{statistics.median(theirs) * 1000:.1f} ms for {len(small):,} nodes"
    name = f"print of {len(large):,} nodes"
    return [Figure(name, statistics.median(ours) * 1000, "ms", None, words)]


def fingerprinting(settings: Settings) -> list[Figure]:
    """Fingerprints of a tree and of its text, beside parsing the text."""
    screen = Screen.of(settings.nodes)
    tree, text = screen_tree(screen), screen_text(screen)
    node, data, parsing = interleaved(
        _paused(partial(fingerprint, tree.root)),
        _paused(partial(fingerprint, text)),
        _paused(partial(loads, text)),
        rounds=settings.few,
    )
    size = len(text) / 1e6
    words = f"parsing the text: {size / statistics.median(parsing):.0f} MB/s"
    return [
        Figure("fingerprint of a tree", size / statistics.median(node), "MB/s", None, words),
        Figure("fingerprint of its text", size / statistics.median(data), "MB/s", None, words),
    ]
