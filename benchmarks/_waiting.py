"""Documents far away, many documents beside each other, and documents inside of each other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import ngio_collections as ngc
from benchmarks._collections import Screen, flat
from benchmarks._figures import (
    Figure,
    Settings,
    Stopwatch,
    collector_paused,
    interleaved,
    median_ratio,
    seconds,
)
from benchmarks._shards import ENTRY, in_memory
from benchmarks._trees import dumps, loads

__all__ = ["BASE", "LATENCY", "nesting_documents", "waiting", "widening"]

BASE = "https://example.org/"
LATENCY = 0.02
CONCURRENCY = 32
OF_IDEAL = 0.7
"""The part of the ideal speed-up that is promised."""
GROWTH_LIMIT = 1.3
CHAIN = 2_000
ITEM = {"type": "collection", "version": "0.9", "nodes": []}


def waiting(settings: Settings) -> list[Figure]:
    """A store where each request takes a while, beside what would be ideal."""
    wells = min(240, max(8, settings.nodes // 4_000))
    documents = in_memory(Screen(20, wells, 1).document(), "well")
    found, most = [], 0
    for _ in range(max(1, settings.runs // 5)):
        store = ngc.MemoryStore(_placed(documents), latency=LATENCY)
        start = time.perf_counter()
        root = ngc.open_inlined(BASE + ENTRY, store=store, concurrency=CONCURRENCY)
        found.append(time.perf_counter() - start)
        assert len(root.report.documents) == len(documents)
        most = max(most, store.most_in_flight)
    ideal = len(documents) * LATENCY / CONCURRENCY
    taken = statistics.median(found)
    name = f"open_inlined, {len(documents):,} documents, {LATENCY * 1000:.0f} ms each"
    words = f"ideal with {CONCURRENCY} at once: {ideal:.2f} s"
    return [
        Figure(
            f"{name}, of the ideal time",
            taken / ideal,
            "x",
            1 / OF_IDEAL,
            f"{words}; 1.43 x is {OF_IDEAL} of the ideal speed-up",
        ),
        Figure(f"{name}, of the ideal speed-up", ideal / taken, "x", None, words),
        Figure(f"{name}, most in flight", most, "requests", CONCURRENCY, "the limit alone"),
    ]


def _placed(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {BASE + name: data for name, data in documents.items()}


# -- width -----------------------------------------------------------------------


def widening(settings: Settings) -> list[Figure]:
    """The cost of one of many children beside each other, each time ten times as many."""
    figures: list[Figure] = []
    sizes = [settings.nodes // 100, settings.nodes // 10, settings.nodes]
    figures += _growth("direct children", sizes, _opening(sizes, settings))
    few = [size // 10 for size in sizes]
    return figures + _growth("direct documents", few, _inlining(few, settings))


def _growth(
    what: str, sizes: Sequence[int], found: tuple[list[list[float]], list[list[float]]]
) -> list[Figure]:
    """The growth from each size to the next; the costs are seconds a child."""
    ours, theirs = found
    figures: list[Figure] = []
    for n in range(1, len(sizes)):
        beside = [
            [own / parsing for own, parsing in zip(ours[at], theirs[at], strict=True)]
            for at in (n - 1, n)
        ]
        before, now = (statistics.median(ours[at]) * 1e6 for at in (n - 1, n))
        words = f"parsing alone; {before:.2f} us -> {now:.2f} us a child"
        name = f"{sizes[n - 1]:,} -> {sizes[n]:,} {what}, growth a child"
        figures.append(Figure(name, median_ratio(beside[1], beside[0]), "x", GROWTH_LIMIT, words))
    return figures


def _opening(
    sizes: Sequence[int], settings: Settings
) -> tuple[list[list[float]], list[list[float]]]:
    """Opening and indexing one document, and parsing it."""
    texts = [dumps({"ome": flat(size)}) for size in sizes]
    sides: list[Stopwatch] = []
    for size, text in zip(sizes, texts, strict=True):
        store = ngc.MemoryStore({BASE + ENTRY: text})
        sides += [
            partial(_each, size, partial(_open, store)),
            partial(_each, size, partial(loads, text)),
        ]
    found = interleaved(*sides, rounds=settings.few)
    return found[::2], found[1::2]


def _open(store: ngc.MemoryStore) -> None:
    root = ngc.open(BASE + ENTRY, store=store)
    len(root.tree)
    root.find("")


def _inlining(
    sizes: Sequence[int], settings: Settings
) -> tuple[list[list[float]], list[list[float]]]:
    """Inlining a document with so many others directly below it, and parsing them all."""
    sides: list[Stopwatch] = []
    for size in sizes:
        root = flat(size)
        documents = {
            f"{BASE}items/{number}.json": dumps({"ome": {**ITEM, "id": f"i{number}"}})
            for number in range(size)
        }
        documents[BASE + ENTRY] = dumps({"ome": root})
        store = ngc.MemoryStore(documents)
        sides += [
            partial(_each, size, partial(_inline, store)),
            partial(_each, size, partial(_parse, list(documents.values()))),
        ]
    found = interleaved(*sides, rounds=settings.few)
    return found[::2], found[1::2]


def _inline(store: ngc.MemoryStore) -> None:
    root = ngc.open_inlined(BASE + ENTRY, store=store)
    assert not root.report.unfollowed, root.report
    store.log.clear()


def _parse(documents: Sequence[bytes]) -> list[Any]:
    return [loads(data) for data in documents]


def _each(size: int, run: Any) -> float:
    with collector_paused():
        return seconds(run) / size


# -- depth -----------------------------------------------------------------------


def nesting_documents(settings: Settings) -> list[Figure]:
    """Documents that each hold a reference to the next."""
    store = ngc.MemoryStore({f"{BASE}{n}.json": dumps({"ome": _link(n)}) for n in range(CHAIN)})
    found = []
    reached = 0
    for _ in range(settings.few):
        start = time.process_time()
        root = ngc.open_inlined(f"{BASE}0.json", store=store)
        found.append(time.process_time() - start)
        reached = sum(1 for _ in root.walk())
    name = f"open_inlined of a chain of {CHAIN:,} documents"
    return [
        Figure(name, statistics.median(found) * 1000, "ms", None, "no limit of time"),
        Figure(f"{name}, not reached", CHAIN - reached, "documents", 0, "all of them"),
    ]


def _link(number: int) -> dict[str, Any]:
    """The node of one document of the chain."""
    path = {"type": "json", "path": f"./{number + 1}.json"}
    stub = {"type": "collection", "id": f"n{number + 1}", "path": path}
    return {**ITEM, "id": f"n{number}", "nodes": [stub] if number + 1 < CHAIN else []}
