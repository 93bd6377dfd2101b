"""Correct documents of any size."""

from __future__ import annotations

from typing import Any

__all__ = ["plate"]

AXES = [{"name": name, "type": "space", "unit": "micrometer"} for name in ("y", "x")]
LEVELS = 3


def _level(image: str, number: int) -> dict[str, Any]:
    name = f"{image}_{number}"
    scale = {"type": "scale", "scale": [0.5 * 2**number] * 2}
    ends = {"input": {"id": name}, "output": {"id": f"{image}_physical"}}
    return {
        "type": "singlescale",
        "id": name,
        "name": f"Level {number}",
        "path": {"type": "zarr", "path": f"./{image}.zarr/{number}"},
        "attributes": {"coordinateTransformations": [{**scale, **ends}]},
    }


def _image(well: str, number: int) -> dict[str, Any]:
    name = f"{well}_{number}"
    return {
        "type": "multiscale",
        "id": name,
        "name": f"Field {number}",
        "attributes": {
            "coordinateSystems": [{"id": f"{name}_physical", "axes": AXES}],
            "acquisition": {"id": "first"},
        },
        "nodes": [_level(name, level) for level in range(LEVELS)],
    }


def _well(row: str, column: str, images: int) -> dict[str, Any]:
    name = f"{row}{column}"
    return {
        "type": "collection",
        "id": name,
        "name": name,
        "attributes": {"well": {"row": {"id": f"r{row}"}, "column": {"id": f"c{column}"}}},
        "nodes": [_image(name, number) for number in range(images)],
    }


def plate(nodes: int, images: int = 6) -> dict[str, Any]:
    """Make a document of a plate: wells with images with resolution levels.

    Args:
        nodes: About how many nodes it shall have.
        images: How many images a well has.

    Returns:
        The parsed document; it is correct in every profile of the newest revision.
    """
    wells = max(1, nodes // (1 + images * (1 + LEVELS)))
    columns = [f"{number:02}" for number in range(1, 25)]
    rows = [f"{number:03}" for number in range(1, wells // len(columns) + 2)]
    places = [(row, column) for row in rows for column in columns][:wells]
    attributes = {
        "rows": [{"id": f"r{row}", "name": row} for row in rows],
        "columns": [{"id": f"c{column}", "name": column} for column in columns],
        "acquisitions": [{"id": "first", "name": "First"}],
    }
    root = {
        "version": "0.9",
        "type": "collection",
        "id": "plate",
        "name": "Plate",
        "attributes": {"plate": attributes},
        "nodes": [_well(row, column, images) for row, column in places],
    }
    return {"ome": root}
