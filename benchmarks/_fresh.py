"""Work in a process of its own: `python -m benchmarks._fresh WORK ARGUMENTS`.

What is measured begins with the library imported and nothing read. The result is JSON.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ngio_collections as ngc
from benchmarks._figures import interleaved
from benchmarks._memory import REFERENCES, resident
from benchmarks._start import environment
from benchmarks._trees import dumps, loads
from ngio_collections.graph import as_tree

__all__ = ["fresh"]


def fresh(work: str, *arguments: str | os.PathLike[str]) -> dict[str, Any]:
    """Do one of the works below in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._fresh", work, *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        env=environment(),
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measured(run: Callable[[], Any]) -> dict[str, float]:
    before = resident()
    wall, start = time.perf_counter(), time.process_time()
    held = run()
    seconds, waited = time.process_time() - start, time.perf_counter() - wall
    grown = resident() - before
    del held
    return {"seconds": seconds, "wall": waited, "bytes": grown}


def parse(listing: str) -> dict[str, float]:
    """Read files and parse them; the collector is paused."""
    paths = Path(listing).read_text(encoding="utf-8").splitlines()

    def run() -> list[Any]:
        found = []
        for path in paths:
            with open(path, "rb") as file:  # noqa: PTH123 - a Path costs as much as reading.
                found.append(loads(file.read()))
        return found

    gc.disable()
    return _measured(run)


def inline(entry: str) -> dict[str, float]:
    """Open a document with all that it refers to; the collector is left to the library."""
    opening = ngc.open_inlined  # Imported when it is asked for, which is not what is measured.
    return _measured(lambda: opening(entry))


def save(entry: str, folder: str, rounds: str) -> dict[str, Any]:
    """Save a view as one document, beside writing the same JSON without the library.

    Returns:
        Seconds of the processor, and on the wall, of each round; the size of the document.
    """
    view = ngc.open_inlined(entry)
    target, plain = Path(folder, "inlined.json"), Path(folder, "plain.json")
    found: dict[str, Any] = {"wall": {}}

    def saving(ids: str) -> float:
        return _timed(lambda: ngc.save_inlined(view, target, ids=ids, overwrite=True), ids, found)

    edited = next(view.walk(type="multiscale")).set_attr("lab:checked", True).tree.root

    def saving_edited() -> float:
        return _timed(lambda: ngc.save_inlined(edited, target, overwrite=True), "edited", found)

    saving("structural")
    found["size"] = target.stat().st_size
    document = loads(target.read_bytes())
    gc.collect()
    times = interleaved(
        lambda: saving("structural"),
        lambda: _timed(lambda: _write(plain, document), "plain", found),
        lambda: saving("namespaced"),
        saving_edited,
        rounds=int(rounds),
    )
    names = ("structural", "plain", "namespaced", "edited")
    return {**found, **dict(zip(names, times, strict=True))}


def _timed(run: Callable[[], object], name: str, found: dict[str, Any]) -> float:
    wall, start = time.perf_counter(), time.process_time()
    held = run()
    seconds, waited = time.process_time() - start, time.perf_counter() - wall
    del held
    found["wall"].setdefault(name, []).append(waited)
    return seconds


def _write(path: Path, document: Any) -> None:
    """Write JSON to a new file and flush it to disk, as a careful person would."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(dumps(document))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def validate(file: str) -> dict[str, int]:
    """Open a document, build its arrays and ids, and check it.

    Returns:
        Bytes that are resident after each step, and at the peak of the check.
    """
    found = {"before": resident()}
    gc.disable()
    document = loads(Path(file).read_bytes())
    gc.enable()
    found["parsed"] = resident()
    tree = as_tree(document, "file:///screen.json")
    len(tree)
    tree.find("")
    # The engine is imported and its plans are made: that is no matter of the document.
    ngc.validate(ngc.new_node("collection", id="a"), level="MAY")
    found["indexed"] = resident()
    REFERENCES.write_text("5", encoding="ascii")  # The peak counts from now on.
    assert ngc.validate(tree.root, level="MAY") == []
    return {**found, "peak": resident("VmHWM"), "after": resident()}


WORKS: dict[str, Callable[..., dict[str, Any]]] = {
    "parse": parse,
    "inline": inline,
    "save": save,
    "validate": validate,
}

if __name__ == "__main__":
    print(json.dumps(WORKS[sys.argv[1]](*sys.argv[2:])), flush=True)
    os._exit(0)  # Nobody waits for a million objects to be freed one by one.
