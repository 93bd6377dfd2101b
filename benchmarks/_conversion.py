"""Converting plates of OME-Zarr: a large one from disk, and how the cost grows with the source."""

from __future__ import annotations

import gc
import itertools
import json
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import ngio_collections as ngc
from benchmarks._figures import (
    Figure,
    Settings,
    Stopwatch,
    interleaved,
    median_ratio,
    median_seconds,
    seconds,
)

__all__ = ["converting", "plate"]

ROOT = "memory://lab/plate.zarr"
ROWS, COLUMNS, FIELDS = 16, 24, 9
LEVELS = 3
LIMIT = 2.0
GROWTH_LIMIT = 1.3
PART = 10
"""A tenth as many source documents as there are nodes."""


def plate(rows: int, columns: int, fields: int) -> dict[str, dict[str, Any]]:
    """The documents of a plate of OME-Zarr 0.4, by their path in it; arrays are empty objects."""
    names = [(f"R{row}", f"{column + 1:02}") for row in range(rows) for column in range(columns)]
    wells = [
        {"path": f"{row}/{column}", "rowIndex": n // columns, "columnIndex": n % columns}
        for n, (row, column) in enumerate(names)
    ]
    made: dict[str, dict[str, Any]] = {
        ".zattrs": {
            "plate": {
                "version": "0.4",
                "name": "Screen",
                "rows": [{"name": f"R{row}"} for row in range(rows)],
                "columns": [{"name": f"{column + 1:02}"} for column in range(columns)],
                "acquisitions": [{"id": 0, "name": "first"}],
                "wells": wells,
                "field_count": fields,
            }
        }
    }
    images = [{"path": str(field), "acquisition": 0} for field in range(fields)]
    image = {"multiscales": [_multiscale()], "omero": {"channels": [{"color": "FF0000"}]}}
    for row, column in names:
        made[f"{row}/{column}/.zattrs"] = {"well": {"version": "0.4", "images": images}}
        for field in range(fields):
            made[f"{row}/{column}/{field}/.zattrs"] = image
            for level in range(LEVELS):
                made[f"{row}/{column}/{field}/{level}/.zarray"] = {}
    return made


def _multiscale() -> dict[str, Any]:
    axes = [{"name": "c", "type": "channel"}]
    axes += [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
    datasets = [
        {
            "path": str(level),
            "coordinateTransformations": [
                {"type": "scale", "scale": [1.0, 1.0, 0.325 * 2**level, 0.325 * 2**level]},
                {"type": "translation", "translation": [0.0, 0.0, 0.5, 0.5]},
            ],
        }
        for level in range(LEVELS)
    ]
    return {"version": "0.4", "axes": axes, "datasets": datasets, "type": "mean"}


def _count(documents: dict[str, dict[str, Any]]) -> int:
    return sum(path.endswith(".zattrs") for path in documents)


def converting(settings: Settings) -> list[Figure]:
    """A plate of 384 wells with 9 fields from disk, and plates of three sizes in memory."""
    wells = max(4, min(ROWS * COLUMNS, settings.nodes // 1000))
    rows = max(1, wells // COLUMNS)
    figures = _from_disk(plate(rows, min(wells, COLUMNS), FIELDS), settings)
    return figures + _growing(settings)


def _from_disk(documents: dict[str, dict[str, Any]], settings: Settings) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        for path, document in documents.items():
            file = Path(folder, "plate.zarr", path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(document), "utf-8")
        source, target = Path(folder, "plate.zarr"), Path(folder, "plate.json")

        def anew() -> None:
            target.unlink(missing_ok=True)
            assert ngc.convert(source, target).is_complete

        words = f"{_count(documents):,} documents on local disk"
        first = median_seconds(anew, settings.few)
        wall = min(seconds(anew, time.perf_counter) for _ in range(settings.few))
        again = median_seconds(lambda: ngc.convert(source, target), settings.few)
    return [
        Figure("convert a plate", first, "s", LIMIT, words),
        Figure("convert a plate, on the wall", wall, "s", None, f"{words}; the fastest run"),
        Figure("convert a plate again", again, "s", LIMIT, f"{words}, nothing is written"),
    ]


def _growing(settings: Settings) -> list[Figure]:
    """Cost of a source document at three sizes, each ten times the one before."""
    largest = max(100, settings.nodes // PART)
    figures: list[Figure] = []
    sizes = [_store(largest // 100), _store(largest // 10), _store(largest)]
    for (small, few), (large, many) in itertools.pairwise(sizes):
        sides: list[Stopwatch] = [
            partial(_each, small, few, max(1, min(10, many // few))),
            partial(_each, large, many, 1),
        ]
        before, now = interleaved(*sides, rounds=max(1, settings.few // 2))
        growth = median_ratio(now, before)
        words = f"{before[0] * 1e6:.0f} -> {now[0] * 1e6:.0f} microseconds a document"
        name = f"growth, convert, {few:,} -> {many:,} documents"
        figures.append(Figure(name, growth, "x", GROWTH_LIMIT, words))
    return figures


def _store(documents: int) -> tuple[ngc.MemoryStore, int]:
    """A store with a plate of about so many source documents."""
    wells = max(1, round(documents / (FIELDS + 1)))
    columns = min(COLUMNS * 2, wells)
    made = plate(max(1, wells // columns), columns, FIELDS)
    return ngc.MemoryStore({f"{ROOT}/{path}": data for path, data in made.items()}), _count(made)


def _each(store: ngc.MemoryStore, documents: int, repeats: int) -> float:
    """Seconds for one source document, in one new collection."""
    total = 0.0
    for number in range(repeats):
        gc.collect()
        name = f"{number} {time.time_ns()}"
        total += seconds(partial(ngc.convert, ROOT, store=store, overwrite=True, name=name))
    return total / repeats / documents
