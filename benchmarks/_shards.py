"""Screens that are split into many documents, in files and in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._collections import Screen
from benchmarks._figures import collector_paused
from ngio_collections._json import dumps_bytes

__all__ = ["SHARDS", "Sharded", "cached", "in_memory", "sharded"]

SHARDS = ("none", "plate", "well", "scene")
"""What has a document of its own, with everything above it; the screen itself has always one."""

ENTRY = "screen.json"
Put = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class Sharded:
    """A screen in files.

    Attributes:
        entry: The document that it begins with.
        documents: A file with the paths of all documents, level by level, as they are read.
        count: How many documents there are.
        screen: What is in them.
    """

    entry: Path
    documents: Path
    count: int
    screen: Screen

    def paths(self) -> list[Path]:
        """The documents, level by level."""
        return [Path(line) for line in self.documents.read_text(encoding="utf-8").splitlines()]


class _Cache:
    """The folder for the screens of this run, which are written once."""

    folder: Path | None = None


@contextmanager
def cached() -> Iterator[None]:
    """Keep the screens that are written meanwhile, and remove them in the end."""
    assert _Cache.folder is None
    _Cache.folder = Path(tempfile.mkdtemp(prefix="ngio-benchmarks-"))
    try:
        yield
    finally:
        shutil.rmtree(_Cache.folder)
        _Cache.folder = None


def sharded(screen: Screen, shard: str) -> Sharded:
    """A screen in files, written where it is not there yet.

    Args:
        screen: The screen.
        shard: One of `SHARDS`.

    Returns:
        Where it is. It stays the same for all who use it: what is changed is changed back,
        or changed so that nobody notices.
    """
    assert _Cache.folder is not None
    shape = f"{screen.plates}-{screen.wells}-{screen.scenes}-{screen.has_overviews:d}"
    folder = _Cache.folder / f"{shard}-{shape}"
    listing = folder.with_suffix(".txt")
    if not listing.exists():
        written: list[str] = []

        def put(name: str, data: bytes) -> None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            written.append(str(path))

        with collector_paused():
            _split(screen.document(), shard, put)
        listing.write_text("\n".join(written), encoding="utf-8")
        os.sync()  # So that the disk is not busy with them while others are measured.
    count = listing.read_text(encoding="utf-8").count("\n") + 1
    return Sharded(folder / ENTRY, listing, count, screen)


def in_memory(
    document: dict[str, Any], shard: str, attributes: dict[str, Any] | None = None
) -> dict[str, bytes]:
    """A screen in many documents, by name.

    Args:
        document: The parsed screen, which is taken apart.
        shard: One of `SHARDS`.
        attributes: What each reference has of its own.
    """
    found: dict[str, bytes] = {}
    _split(document, shard, found.__setitem__, attributes)
    return found


def _split(
    root: dict[str, Any], shard: str, put: Put, attributes: dict[str, Any] | None = None
) -> None:
    """Write a screen as documents, level by level."""
    level = [("", root)]
    for depth in range(SHARDS.index(shard) + 1):
        is_last = depth == SHARDS.index(shard)
        below: list[tuple[str, dict[str, Any]]] = []
        for folder, node in level:
            if not is_last:
                # The documents of a plate are in a folder of its name, beside its own.
                inner = "" if node is root else f"{folder}{node['id']}/"
                below += [(inner, child) for child in node["nodes"]]
                start = "./" + inner[len(folder) :]
                node["nodes"] = [_stub(child, start, attributes) for child in node["nodes"]]
            name = ENTRY if node is root else f"{folder}{node['id']}.json"
            put(name, dumps_bytes({"ome": {"version": "0.9", **node}}))
        level = below


def _stub(node: dict[str, Any], start: str, attributes: dict[str, Any] | None) -> dict[str, Any]:
    stub = {
        "type": node["type"],
        "id": node["id"],
        "path": {"type": "json", "path": f"{start}{node['id']}.json"},
    }
    return stub if attributes is None else {**stub, "attributes": attributes}
