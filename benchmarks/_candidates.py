"""The candidate mechanisms of inlining side by side, on one collection of many documents."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import ngio_collections as ngc
from benchmarks._collections import Screen
from benchmarks._figures import Figure, Settings, Stopwatch, interleaved, median_ratio, seconds
from benchmarks._shards import ENTRY, in_memory
from benchmarks._waiting import BASE, LATENCY
from ngio_collections.graph import Node

__all__ = ["comparing_candidates"]

PART = 10
"""The collection has a tenth of the nodes of the largest ones."""
STUB = {"lab:place": "here"}
"""What each reference says of its own, so that there is something to merge."""
IDS = ("structural", "namespaced", "strict")


def comparing_candidates(settings: Settings) -> list[Figure]:
    """What each mechanism costs beside the default, and how many requests it takes."""
    screen = Screen.of(settings.nodes // PART)
    documents = in_memory(screen.document(), "scene", STUB)
    placed = {BASE + name: data for name, data in documents.items()}
    store = ngc.MemoryStore(placed)
    shape = f"{len(screen):,} nodes in {len(documents):,} documents"
    figures = [
        *_attributes(store, shape, settings),
        *_ids(store, shape, settings),
        *_saved_ids(store, shape, settings),
    ]
    ngc.consolidate(BASE + ENTRY, store=store)
    figures += _requests(store, shape, settings)
    # What is waited for is not what is computed: a smaller collection shows it as well.
    few = in_memory(Screen(2, 24, 2).document(), "scene", STUB)
    return figures + _far_away({BASE + name: data for name, data in few.items()}, settings)


def _opened(store: ngc.MemoryStore, **options: object) -> Node:
    root: Node = ngc.open_inlined(BASE + ENTRY, store=store, **options)  # type: ignore[arg-type]
    assert not root.report.unfollowed, root.report.unfollowed[:3]
    return root


def _compared(
    measured: dict[str, Callable[[], object]], shape: str, settings: Settings
) -> list[Figure]:
    """The first of several beside the others."""
    sides: list[Stopwatch] = [partial(seconds, run) for run in measured.values()]
    found = interleaved(*sides, rounds=settings.few)
    first, *others = measured
    words = f"{first}: {statistics.median(found[0]) * 1000:.0f} ms; {shape}"
    return [
        Figure(name, median_ratio(times, found[0]), "x", None, words)
        for name, times in zip(others, found[1:], strict=True)
    ]


def _attributes(store: ngc.MemoryStore, shape: str, settings: Settings) -> list[Figure]:
    measured: dict[str, Callable[[], object]] = {
        f"open_inlined, attributes={wins}": partial(
            _opened, store, strategy=ngc.Inlining(attributes=wins)
        )
        for wins in ("stub", "target", "forbid")
    }
    return _compared(measured, shape, settings)


def _ids(store: ngc.MemoryStore, shape: str, settings: Settings) -> list[Figure]:
    measured: dict[str, Callable[[], object]] = {
        f"open_inlined, ids={ids}": partial(_opened, store, strategy=ngc.Inlining(ids=ids))
        for ids in IDS
    }
    return _compared(measured, shape, settings)


def _saved_ids(store: ngc.MemoryStore, shape: str, settings: Settings) -> list[Figure]:
    root = _opened(store)
    url = BASE + "one.json"

    def save(ids: str) -> None:
        ngc.save_inlined(root, url, ids=ids, overwrite=True, store=store)

    measured: dict[str, Callable[[], object]] = {
        f"save_inlined, ids={ids}": partial(save, ids) for ids in IDS
    }
    figures = _compared(measured, shape, settings)
    for ids in IDS:
        save(ids)
        size = len(store.read(url)) / 1e6
        figures.append(Figure(f"save_inlined, ids={ids}, size", size, "MB", None, shape))
    return figures


CONSOLIDATED: dict[str, bool | str] = {
    "the documents": False,
    "consolidated=True": True,
    "consolidated='verify'": "verify",
}


def _requests(store: ngc.MemoryStore, shape: str, settings: Settings) -> list[Figure]:
    measured: dict[str, Callable[[], object]] = {
        f"open_inlined, {name}": partial(_opened, store, consolidated=value)
        for name, value in CONSOLIDATED.items()
    }
    figures = _compared(measured, shape, settings)
    for name, value in CONSOLIDATED.items():
        store.log.clear()
        _opened(store, consolidated=value)
        count = len(store.log)
        figures.append(Figure(f"open_inlined, {name}, requests", count, "", None, shape))
    return figures


def _far_away(documents: dict[str, bytes], settings: Settings) -> list[Figure]:
    """The same where each request takes a while, in seconds on the wall."""
    store = ngc.MemoryStore(documents, latency=LATENCY)
    ngc.consolidate(BASE + ENTRY, store=store)
    words = f"{len(documents):,} documents, {LATENCY * 1000:.0f} ms each, 32 at once"
    figures = []
    for name, value in CONSOLIDATED.items():
        found = []
        for _ in range(max(1, settings.runs // 5)):
            start = time.perf_counter()
            _opened(store, consolidated=value)
            found.append(time.perf_counter() - start)
        taken = statistics.median(found) * 1000
        figures.append(Figure(f"open_inlined far away, {name}", taken, "ms", None, words))
    return figures
