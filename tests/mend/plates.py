"""Plates that are right, and the same plates with mistakes that have one mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final, TypeAlias

Naming: TypeAlias = Callable[..., str]
"""Gives the id of something, from what it is and where."""


def unique(kind: str, *where: str) -> str:
    """An id that says where something is."""
    return "_".join([*where, kind])


def shared(kind: str, *where: str) -> str:
    """An id that repeats in every image, as copied metadata has it."""
    return kind if where else f"the_{kind}"


def odd(kind: str, *where: str) -> str:
    """An id with characters that no id has."""
    return f"{'/'.join([*where, kind])} µ"


@dataclass(frozen=True)
class Shape:
    """How large a plate is, and what is in it."""

    wells: int
    labels: bool
    scene: bool
    levels: int
    acquisitions: bool


AXES: Final = [{"name": n, "type": "space", "unit": "micrometer"} for n in "yx"]


def _level(naming: Naming, image: tuple[str, ...], number: int) -> dict[str, Any]:
    id_ = naming(f"s{number}", *image)
    return {
        "type": "singlescale",
        "id": id_,
        "path": {"type": "zarr", "path": f"./{'/'.join(image)}.zarr/{number}"},
        "attributes": {
            "coordinateTransformations": [
                {
                    "type": "scale",
                    "scale": [2.0**number, 2.0**number],
                    "input": {"id": id_},
                    "output": {"id": naming("physical", *image)},
                }
            ]
        },
    }


def _image(naming: Naming, shape: Shape, well: str, name: str) -> dict[str, Any]:
    image = (well, name)
    attributes: dict[str, Any] = {
        "coordinateSystems": [
            {"id": naming("physical", *image), "name": naming("physical", *image), "axes": AXES}
        ]
    }
    if shape.acquisitions:
        attributes["acquisition"] = {"id": naming("acq0")}
    if name == "labels":
        attributes["labels"] = {"source": [{"id": naming("raw", well)}]}
    return {
        "type": "multiscale",
        "id": naming(name, well),
        "name": naming(name, well),
        "attributes": attributes,
        "nodes": [_level(naming, image, number) for number in range(shape.levels)],
    }


def _well(naming: Naming, shape: Shape, number: int) -> dict[str, Any]:
    well = f"w{number}"
    row, column = f"row{number // 2}", f"column{number % 2}"
    attributes: dict[str, Any] = {
        "well": {"row": {"id": naming(row)}, "column": {"id": naming(column)}}
    }
    if shape.scene:
        attributes["scene"] = {
            "coordinateSystems": [{"id": naming("world", well), "axes": AXES}],
            "coordinateTransformations": [
                {
                    "type": "translation",
                    "translation": [0, number],
                    "input": {"id": naming("physical", well, "raw")},
                    "output": {"id": naming("world", well)},
                }
            ],
        }
    images = ["raw", "labels"] if shape.labels else ["raw"]
    return {
        "type": "collection",
        "id": f"well{number}",
        "attributes": attributes,
        "nodes": [_image(naming, shape, well, name) for name in images],
    }


def plate(naming: Naming, shape: Shape) -> dict[str, Any]:
    """A document with a plate in which every reference leads somewhere."""
    attributes: dict[str, Any] = {
        "plate": {
            "rows": [{"id": naming(f"row{n}"), "name": f"{n}"} for n in range(2)],
            "columns": [{"id": naming(f"column{n}")} for n in range(2)],
        }
    }
    if shape.acquisitions:
        attributes["plate"]["acquisitions"] = [{"id": naming("acq0")}]
    wells = [_well(naming, shape, number) for number in range(shape.wells)]
    root = {"type": "collection", "version": "0.9", "id": "plate", "attributes": attributes}
    return {"ome": {**root, "nodes": wells}}


# -- further mistakes, in place ----------------------------------------------------


def _everything(value: Any) -> list[dict[str, Any]]:
    found, stack = [], [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            found.append(item)
        stack += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return found


def bare(document: Any, random: Random) -> None:
    """Write some references as the older draft did."""
    for holder in _everything(document):
        for key in ("input", "output", "row", "column", "acquisition"):
            if isinstance(holder.get(key), dict) and random.random() < 0.5:
                holder[key] = holder[key]["id"]
        if isinstance(holder.get("source"), list) and random.random() < 0.5:
            holder["source"] = [one["id"] for one in holder["source"]]


def without_ids(document: Any, random: Random) -> None:
    """Take away ids of which it is clear what they were: by a name, or because of a level."""
    for holder in _everything(document):
        is_named = "axes" in holder and holder.get("name") == holder.get("id")
        has_name = holder.get("type") in ("multiscale", "collection")
        if (is_named or has_name or holder.get("type") == "singlescale") and random.random() < 0.5:
            holder.pop("id", None)


def versions(document: Any, random: Random) -> None:
    """Write the version where it is not needed, and perhaps not where it is."""
    for holder in _everything(document):
        is_node = holder.get("type") in ("multiscale", "collection", "singlescale")
        if is_node and random.random() < 0.3:
            holder["version"] = "0.9"
    if random.random() < 0.5:
        del document["ome"]["version"]


MISTAKES: Final = (bare, without_ids, versions)


# -- the same in many documents ----------------------------------------------------


def split(document: Any) -> dict[str, Any]:
    """A plate whose wells are documents of their own, by the names of the files."""
    plate = dict(document["ome"])
    files: dict[str, Any] = {}
    stubs = []
    for well in plate["nodes"]:
        name = f"wells/{well['id']}.json"
        stub = {"type": well["type"], "path": {"type": "json", "path": f"./{name}"}}
        stubs.append({**stub, "id": well["id"], "attributes": {"lab:note": 1}})
        files[name] = {"ome": {**_with_paths(well), "version": "0.9"}}
    plate["nodes"] = stubs
    return {"plate.json": {"ome": plate}, **files}


def _with_paths(value: Any) -> Any:
    """A well whose references to the plate have the path of its document."""
    if isinstance(value, list):
        return [_with_paths(item) for item in value]
    if not isinstance(value, dict):
        return value
    path = {"type": "json", "path": "../plate.json"}
    return {
        key: {**item, "path": path}
        if key in ("row", "column", "acquisition") and isinstance(item, dict)
        else _with_paths(item)
        for key, item in value.items()
    }
