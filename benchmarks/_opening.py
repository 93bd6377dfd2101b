"""What a tree costs beyond parsing: time and memory."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._collections import Screen
from benchmarks._figures import Figure, Settings, collector_paused, median_ratio
from benchmarks._memory import STATUS
from benchmarks._start import environment
from benchmarks._trees import BACKEND, loads, screen_text
from ngio_collections.graph import as_tree

__all__ = ["memory", "opened", "opening"]

LAZY_LIMIT = 0.25
INDEXED_LIMIT = 1.3
MEMORY_LIMIT = 0.2


def opened(text: bytes) -> tuple[float, float, float, float]:
    """Open a document, and say how long it takes.

    The collector is paused for all of it, as it is where a document is opened.

    Returns:
        Seconds to parse, to have a tree, to build its arrays, to build its index of ids.
    """
    with collector_paused():
        start = time.process_time()
        document = loads(text)
        parsed = time.process_time()
        tree = as_tree(document)
        root = tree.root
        lazy = time.process_time()
        len(tree)
        arrays = time.process_time()
        tree.find("")
        done = time.process_time()
        del tree, root, document
    return parsed - start, lazy - parsed, arrays - lazy, done - arrays


def opening(settings: Settings) -> list[Figure]:
    """A tree of parsed JSON, beside the parsing."""
    screen = Screen.of(settings.nodes)
    text = screen_text(screen)
    opened(text)
    rounds = [opened(text) for _ in range(settings.few)]
    parsing, lazy, arrays, ids = (list(column) for column in zip(*rounds, strict=True))
    whole = [sum(parts[1:]) for parts in rounds]
    words = f"{BACKEND} loads of the same {len(text) / 1e6:.0f} MB: {_ms(parsing)}"
    parts = f"{words}; arrays {_ms(arrays)}, ids {_ms(ids)}"
    named = f"{len(screen):,} nodes"
    return [
        Figure(f"tree of {named}, lazy", median_ratio(lazy, parsing), "x", LAZY_LIMIT, words),
        Figure(
            f"tree of {named}, arrays and ids",
            median_ratio(whole, parsing),
            "x",
            INDEXED_LIMIT,
            parts,
        ),
    ]


def _ms(found: list[float]) -> str:
    return f"{statistics.median(found) * 1000:.0f} ms"


def memory(settings: Settings) -> list[Figure]:
    """Memory of trees of three sizes, each in a process of its own; none where not on Linux."""
    if not STATUS.is_file():
        return []
    largest = Screen.of(settings.nodes)
    figures: list[Figure] = []
    for part in (100, 10, 1):
        screen = largest.resized(len(largest) // part) if part > 1 else largest
        found = _measured(screen)
        figures.extend(_memory_figures(screen, found, is_largest=part == 1))
    return figures


def _measured(screen: Screen) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "screen.json")
        file.write_bytes(screen_text(screen))
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks._memory", str(file)],
            check=True,
            stdout=subprocess.PIPE,
            env=environment(),
        )
    measured: dict[str, int] = json.loads(done.stdout)
    return measured


def _memory_figures(screen: Screen, found: dict[str, int], *, is_largest: bool) -> list[Figure]:
    name = f"{len(screen):,} nodes"
    parsed = found["parsed"] - found["before"]
    tree = found["indexed"] - found["parsed"]
    words = f"parsed JSON: {parsed / 1e6:.0f} MB resident"
    figures = [
        Figure(f"memory of a tree of {name}, a node", tree / len(screen), "bytes", None, words)
    ]
    if is_largest:
        peak = f"{found['parsed_peak'] / 1e6:.0f} MB at the peak of parsing"
        figures += [
            Figure(f"memory of a tree of {name}", tree / parsed, "x", MEMORY_LIMIT, words),
            Figure("the same, resident", tree / 1e6, "MB", None, words),
            Figure("the process with it, resident", found["indexed"] / 1e6, "MB", None, words),
            Figure("the process, peak", found["indexed_peak"] / 1e6, "MB", None, peak),
            Figure("the process, after a walk", found["walked"] / 1e6, "MB", None, words),
        ]
    return figures
