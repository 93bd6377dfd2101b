"""Catalogues as CSV: one row for each image, with the columns that BioFile Finder looks for."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TextIO

from ngio_collections import _paths
from ngio_collections.errors import NgioCollectionsError, PathError
from ngio_collections.graph import Node, Raw
from ngio_collections.read._arrays import shown_path
from ngio_collections.read._arrow import json_text
from ngio_collections.read._plates import Known, acquisition_of, position_of
from ngio_collections.read._rows import Rows, attribute_getters
from ngio_collections.store import LocalStore

__all__ = ["to_csv", "write_file"]

COLUMNS: Final = ("File ID", "File Path", "File Name", "Type", "Parents", "Document")
"""The columns that every catalogue has."""

PLACES: Final = ("Plate", "Well", "Acquisition")
"""The columns that it has if any row has something in them."""

_METADATA: Final = "/zarr.json"


def to_csv(
    node: Node,
    target: str | os.PathLike[str] | TextIO | None = None,
    attributes: Iterable[str] | Mapping[str, str] = (),
    *,
    type: str | None = "multiscale",
) -> str | None:
    """Write a catalogue of images as CSV, in the form that BioFile Finder reads.

    | column | what it is |
    |---|---|
    | `File ID` | the id of the image; where several have that, with the ids around it, or a number |
    | `File Path` | the Zarr group of the image, else its document: a local path, or an address |
    | `File Name` | the name of the image, else its id |
    | `Type` | `image` or `label image`; for other nodes their type |
    | `Parents` | the names, else ids, of the nodes around it, outermost first, with slashes between |
    | `Document` | the document that holds it |
    | `Plate`, `Well`, `Acquisition` | their names, such as `B/03`; only if there are any |

    Then come the attributes that are asked for. Lists of texts or numbers are written with commas
    between, as BioFile Finder reads them; objects as JSON. What is not as RFC-8 has it is left
    empty, and `validate_document` says what is wrong. Needs no other package.

    Args:
        node: Where to begin. Open the collection inlined to have all of its images.
        target: A path, whose file is replaced as a whole; an open text file; or None for the
            text.
        attributes: As `to_arrow` takes them.
        type: Which nodes are rows; all if None.

    Returns:
        The text, if there is no target. Cost: O(nodes).

    Raises:
        DocumentError: The file cannot be written.
        PathError: The path is no local one.
        ValueError: Two columns would have one name.

    Examples:
        >>> import ngio_collections as ngc
        >>> raw = ngc.new_node(
        ...     "multiscale",
        ...     id="raw",
        ...     ref={"type": "zarr", "path": "./raw.zarr"},
        ...     attributes={"lab:dose": 2.5},
        ... )
        >>> root = ngc.new_node(
        ...     "collection", id="all", children=[raw], origin_url="https://lab.example/all.json"
        ... )
        >>> print(ngc.to_csv(root, attributes={"Dose": "lab:dose"}))
        File ID,File Path,File Name,Type,Parents,Document,Dose
        raw,https://lab.example/raw.zarr,raw,image,all,https://lab.example/all.json,2.5
        <BLANKLINE>
    """  # noqa: E501 - rows of a table
    if isinstance(target, (str, os.PathLike)):
        text = _text(node, attributes, type)
        write_file(target, text.encode("utf-8", "backslashreplace"))
        return None
    if target is None:
        return _text(node, attributes, type)
    _write(node, target, attributes, type)
    return None


def write_file(target: str | os.PathLike[str], data: bytes) -> None:
    """Put a local file in its place as a whole.

    Raises:
        DocumentError: It cannot be written.
        PathError: The path is no local one.
    """
    LocalStore().blocking().put(_paths.as_url(target), data)


def _text(node: Node, attributes: Any, type: str | None) -> str:
    out = io.StringIO(newline="")
    _write(node, out, attributes, type)
    return out.getvalue()


def _write(node: Node, out: TextIO, attributes: Any, type: str | None) -> None:
    getters = attribute_getters(attributes, (*COLUMNS, *PLACES))
    rows = Rows(node, type)
    named = list(map(_name, rows.raws))
    columns: dict[str, list[Any]] = {
        "File ID": _unique_ids(rows),
        "File Path": _file_paths(rows),
        "File Name": [named[row] for row in rows.selected],
        "Type": rows.each(_shown_type),
        "Parents": ["/".join(named[row] for row in around) for around in rows.chains()],
        "Document": [shown_path(rows.urls[row] or "") for row in rows.selected],
    }
    columns.update({name: found for name, found in _places(rows).items() if any(found)})
    columns.update({name: [_cell(v) for v in rows.each(get)] for name, get in getters.items()})
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))


def _name(raw: Raw) -> str:
    found = raw.get("name")
    if not isinstance(found, str) or not found.strip():
        found = raw.get("id")
    return found if isinstance(found, str) else ""


def _shown_type(raw: Raw) -> str:
    found = raw.get("type")
    if found == "multiscale":
        attributes = raw.get("attributes")
        is_label = isinstance(attributes, dict) and "labels" in attributes
        return "label image" if is_label else "image"
    return found if isinstance(found, str) else ""


def _unique_ids(rows: Rows) -> list[str]:
    """Ids of which none is empty or there twice: with those around them where that is needed."""
    ids = [found or "" for found in rows.field("id")]
    plain = [ids[row] for row in rows.selected]
    counts: dict[str, int] = {}
    for one in plain:
        counts[one] = counts.get(one, 0) + 1
    if len(counts) == len(plain) and "" not in counts:
        return plain
    made: list[str] = []
    taken = {one for one, count in counts.items() if count == 1 and one}
    for one, around in zip(plain, rows.chains(), strict=True):
        if one in taken:
            made.append(one)
            continue
        long = "/".join([*(ids[row] for row in around), one]) or "node"
        free, number = long, 1
        while free in taken:
            number += 1
            free = f"{long}#{number}"
        taken.add(free)
        made.append(free)
    return made


def _file_paths(rows: Rows) -> list[str]:
    """Where the file of each row is, as other software opens it."""
    led = rows.addresses()
    bare = [row for row, found in zip(rows.selected, led, strict=True) if found is None]
    below = rows.children_of(bare)
    found: list[str] = []
    for row, address in zip(rows.selected, led, strict=True):
        url = address if address is not None else _group(rows, row, below[row])
        found.append(shown_path(url))
    return found


def _group(rows: Rows, row: int, below: list[int]) -> str:
    """The address of a node without a path: its group, that of its levels, or its document."""
    url = rows.urls[row]
    parent = rows.parents[row]
    begins = rows.urls[parent] != url if parent >= 0 else rows.node.parent() is None
    if url is not None and url.endswith(_METADATA) and begins:
        return url.removesuffix(_METADATA)
    for child in below:
        path = rows.raws[child].get("path")
        written = path.get("path") if isinstance(path, dict) else None
        if rows.raws[child].get("type") == "singlescale" and isinstance(written, str):
            try:
                array = _paths.resolve(rows.urls[child], written).rstrip("/")
            except PathError:
                continue
            return array.rpartition("/")[0]
    return url or ""


def _places(rows: Rows) -> dict[str, list[str]]:
    """The plate, the well and the acquisition of each row, empty where there is none."""
    listed: Known = {}
    readers: dict[str, Callable[[Node], Any]] = {
        "plate": lambda node: node.name or node.id or "",
        "well": lambda node: position_of(node, listed),
        "acquisition": acquisition_of,
    }
    known: dict[str, dict[int, str]] = {key: {} for key in readers}
    for row, raw in enumerate(rows.raws):
        attributes = raw.get("attributes")
        if type(attributes) is dict and not readers.keys().isdisjoint(attributes):
            node = Node(rows.node.tree, *rows.ref(row))
            for key in readers.keys() & attributes.keys():
                known[key][row] = _or_empty(readers[key], node)
    return {
        key.capitalize(): [found or "" for found in rows.nearest(values)]
        for key, values in known.items()
    }


def _or_empty(read: Callable[[Node], Any], node: Node) -> str:
    """What a reader gives; an empty text for what is not as RFC-8 has it."""
    try:
        return str(read(node))
    except NgioCollectionsError:
        return ""


def _cell(value: Any) -> str:
    """A value as BioFile Finder reads it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, (str, int, float)) for one in value):
        texts = [_cell(one) for one in value]
        if not any("," in text for text in texts):
            return ",".join(texts)
    return json_text(value)
