"""A second opinion on the ledger of a conversion, which reads the JSON files itself.

It knows nothing of how conversion works: only which files of a hierarchy hold metadata of
OME-Zarr, and what a ledger promises.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

PREFIX = "ome-zarr:"
# Whoever has one of these among its attributes has metadata of OME-Zarr.
WORDS = frozenset(
    {
        "ome",
        "multiscales",
        "omero",
        "labels",
        "image-label",
        "plate",
        "well",
        "bioformats2raw.layout",
        "series",
        "scene",
    }
)


def path_of(url: str) -> Path:
    """The local file of an address."""
    parts = urlsplit(url)
    assert parts.scheme == "file", url
    return Path(url2pathname(parts.path))


def documents(root: Path) -> dict[str, Any]:
    """The documents of a hierarchy with metadata of OME-Zarr, by path from its root."""
    found = {}
    for file in sorted(root.rglob("*")):
        if file.name in ("zarr.json", ".zattrs"):
            document = _read(file)
            attributes = at(document, "/attributes") if file.name == "zarr.json" else document
            if isinstance(attributes, dict) and WORDS & attributes.keys():
                found[file.relative_to(root).as_posix()] = document
    return found


def leaves(value: Any, pointer: str = "") -> Iterator[str]:
    """Pointers to all values that hold no others."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            escaped = key.replace("~", "~0").replace("/", "~1")
            yield from leaves(item, f"{pointer}/{escaped}")
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves(item, f"{pointer}/{number}")
    else:
        yield pointer


class Nowhere:
    """What `at` gives for a pointer that leads nowhere."""


def at(document: Any, pointer: str) -> Any:
    """The value at a pointer."""
    value = document
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return Nowhere
    return value


def mistakes(root: Path, ledger: Iterable[Any], sources: Mapping[str, Any]) -> Iterator[str]:
    """What a ledger leaves out, says twice, or says wrongly, a sentence each.

    Args:
        root: Where the hierarchy is.
        ledger: The entries.
        sources: The documents whose every leaf must be accounted for, by path from the root.
    """
    entries = list(ledger)
    by_source: dict[str, list[Any]] = {}
    for entry in entries:
        by_source.setdefault(path_of(entry.source).relative_to(root).as_posix(), []).append(entry)
    for name in sources.keys() - by_source.keys():
        yield f"{name}: no entry at all"
    for name, those in by_source.items():
        document = _read(root / name)
        yield from _places_and_leaves(name, document, those)
    targets: dict[str, Any] = {}
    for entry in entries:
        yield from _outcome(root, entry, targets)


def _places_and_leaves(name: str, document: Any, entries: list[Any]) -> Iterator[str]:
    counted = Counter(entry.pointer for entry in entries)
    for pointer, times in counted.items():
        if times > 1:
            yield f"{name}#{pointer}: {times} entries"
    if document is Nowhere:
        return
    for leaf in leaves(document):
        steps = leaf.split("/")
        above = ["/".join(steps[:count]) for count in range(len(steps) + 1)]
        covering = [pointer for pointer in dict.fromkeys(above) if pointer in counted]
        if len(covering) != 1:
            yield f"{name}#{leaf}: {len(covering)} entries say what became of it: {covering}"


def _outcome(root: Path, entry: Any, targets: dict[str, Any]) -> Iterator[str]:
    name = f"{path_of(entry.source).relative_to(root).as_posix()}#{entry.pointer}"
    if entry.outcome not in ("mapped", "kept", "refused"):
        yield f"{name}: the outcome is {entry.outcome!r}"
    if entry.outcome == "refused":
        if not entry.reason.strip():
            yield f"{name}: refused without a reason"
        return
    original = at(_read(path_of(entry.source)), entry.pointer)
    if original is Nowhere:
        yield f"{name}: {entry.outcome}, and not there"
    if entry.target is None:
        if entry.outcome == "mapped":
            yield f"{name}: mapped to no document"
        return
    if entry.target not in targets:
        targets[entry.target] = _read(path_of(entry.target))
    now = at(targets[entry.target], entry.target_pointer or "")
    if now is Nowhere:
        yield f"{name}: {entry.outcome} to {entry.target_pointer}, and not there"
    elif entry.outcome == "kept":
        if now != original:
            yield f"{name}: kept at {entry.target_pointer}, but {original!r} became {now!r}"
        if entry.key is None or not entry.key.startswith(PREFIX):
            yield f"{name}: kept under the key {entry.key!r}"


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return Nowhere
