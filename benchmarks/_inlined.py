"""Collections of many documents in files: opening them as one tree, and writing it."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

import ngio_collections as ngc
from benchmarks._collections import Screen
from benchmarks._figures import Figure, Settings, Stopwatch, interleaved, median_ratio
from benchmarks._fresh import fresh
from benchmarks._memory import STATUS
from benchmarks._shards import Sharded, sharded
from ngio_collections.graph import Node

__all__ = ["inlining_files", "saving_edits", "saving_whole"]

INLINE_LIMIT = {"none": 1.3}
INLINE_LIMIT_OTHERS = 2.0
MEMORY_LIMIT = 1.3
SAVE_LIMIT = {"none": 2.0}
SAVE_LIMIT_OTHERS = 8.0
"""Of many documents all ids are looked at, which takes longer than writing them."""
EDITS = 3
SAVE_TREE_LIMIT_MS = 50.0


def _named(found: Sharded) -> str:
    plural = "" if found.count == 1 else "s"
    return f"{len(found.screen):,} nodes in {found.count:,} document{plural}"


def inlining_files(settings: Settings) -> list[Figure]:
    """Views of files that were not read before, beside reading and parsing the same files."""
    figures: list[Figure] = []
    for shard in settings.shards:
        found = sharded(Screen.of(settings.nodes), shard)
        memory: dict[str, list[float]] = {}
        ours, theirs = interleaved(
            _process(memory, "inline", found.entry),
            _process(memory, "parse", found.documents),
            rounds=settings.few,
        )
        name = f"open_inlined, {_named(found)}"
        words = f"reading and parsing them: {statistics.median(theirs) * 1000:.0f} ms"
        limit = INLINE_LIMIT.get(shard, INLINE_LIMIT_OTHERS)
        figures.append(Figure(name, median_ratio(ours, theirs), "x", limit, words))
        if STATUS.is_file():
            grown = median_ratio(memory["inline"], memory["parse"])
            parsed = f"the parsed JSON: {statistics.median(memory['parse']) / 1e6:.0f} MB resident"
            figures.append(
                Figure(f"memory of it, {_named(found)}", grown, "x", MEMORY_LIMIT, parsed)
            )
    return figures


def _process(memory: dict[str, list[float]], work: str, file: Path) -> Stopwatch:
    def watch() -> float:
        done = fresh(work, file)
        memory.setdefault(work, []).append(done["bytes"])
        return float(done["seconds"])

    return watch


def saving_whole(settings: Settings) -> list[Figure]:
    """Views that become one document, beside writing the JSON of that document."""
    figures: list[Figure] = []
    for shard in settings.shards:
        found = sharded(Screen.of(settings.nodes), shard)
        with tempfile.TemporaryDirectory() as elsewhere:
            for where, folder in (("beside", found.entry.parent), ("elsewhere", elsewhere)):
                limit = SAVE_LIMIT.get(shard, SAVE_LIMIT_OTHERS)
                figures += _saving_there(found, where, folder, limit, settings)
    return figures


def _saving_there(
    found: Sharded, where: str, folder: Path | str, limit: float, settings: Settings
) -> list[Figure]:
    done = fresh("save", found.entry, folder, str(settings.few))
    for name in ("inlined.json", "plain.json"):
        Path(folder, name).unlink()
    plain, waited = (statistics.median(done["wall"][k]) for k in ("plain", "structural"))
    words = (
        f"dumping and writing the {done['size'] / 1e6:.0f} MB: "
        f"{statistics.median(done['plain']) * 1000:.0f} ms "
        f"(with the disk {plain * 1000:.0f} ms, and ours {waited * 1000:.0f} ms)"
    )
    named = f"save_inlined {where}, {_named(found)}"
    return [
        Figure(named, median_ratio(done["structural"], done["plain"]), "x", limit, words),
        Figure(
            f"{named}, ids namespaced",
            median_ratio(done["namespaced"], done["plain"]),
            "x",
            limit,
            words,
        ),
        Figure(
            f"{named}, ids namespaced, edited",
            median_ratio(done["edited"], done["plain"]),
            "x",
            limit,
            words,
        ),
    ]


def saving_edits(settings: Settings) -> list[Figure]:
    """Three edits in three of many documents: how long they take, and what is written."""
    found = sharded(Screen.of(settings.nodes), "scene")
    root = ngc.open_inlined(found.entry)
    images = list(root.walk(type="multiscale"))
    edited = [images[len(images) * part // (2 * EDITS)] for part in range(1, 2 * EDITS, 2)]
    files = [(str(path), os.stat(path)) for path in found.paths()]  # noqa: PTH116
    times, written, others = [], [], []
    for number in range(settings.runs):
        root, seconds = _saved(root, edited, number)
        now = [(path, os.stat(path)) for path, _ in files]  # noqa: PTH116
        changed = {old[0] for old, new in zip(files, now, strict=True) if _differs(old, new)}
        meant = {node.document_url.removeprefix("file://") for node in edited if node.document_url}
        times.append(seconds)
        written.append(abs(len(changed & meant) - EDITS))
        others.append(len(changed - meant))
        files = now
    name = f"save_tree, {EDITS} edits in {EDITS} of {found.count:,} documents"
    alone = "the limit alone"
    return [
        Figure(name, statistics.median(times) * 1000, "ms", SAVE_TREE_LIMIT_MS, alone),
        Figure(f"{name}, slowest", max(times) * 1000, "ms", None, alone),
        Figure(f"{name}, not written of {EDITS}", max(written), "files", 0, "mtime and inode"),
        Figure(f"{name}, others touched", max(others), "files", 0, "mtime and inode of all files"),
    ]


def _saved(root: Node, edited: list[Node], number: int) -> tuple[Node, float]:
    for node in edited:
        root = root.at(node).set_attr("lab:checked", number)
    start = time.perf_counter()
    saved = ngc.save_tree(root)
    seconds = time.perf_counter() - start
    assert len(saved.written) == EDITS, saved
    return root, seconds


def _differs(old: tuple[str, os.stat_result], new: tuple[str, os.stat_result]) -> bool:
    return (old[1].st_mtime_ns, old[1].st_ino) != (new[1].st_mtime_ns, new[1].st_ino)
