"""The documents of the demo: a plate with four wells, and three ways to break it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

__all__ = ["BREAKAGES", "Breakage", "break_documents", "plate_documents"]

Json: TypeAlias = dict[str, Any]

VERSION: Final = "0.9.dev3"
ROWS: Final = ("A", "B")
COLUMNS: Final = ("01", "02")
FIELDS: Final = (1, 2)

PIXEL_SIZE: Final = 0.325
"""The side of a pixel at full resolution, in micrometers."""

FIELD_WIDTH: Final = 665.6
"""The width of a field of view, in micrometers: 2048 pixels."""


def _axes() -> list[Json]:
    return [{"name": name, "type": "space", "unit": "micrometer"} for name in ("y", "x")]


def _coordinate_system(id: str) -> Json:
    return {"id": id, "axes": _axes()}


def _level(image: str, number: int) -> Json:
    factor = 2**number
    level = f"{image}_level_{number}"
    transformation: Json = {"type": "scale", "scale": [PIXEL_SIZE * factor] * 2}
    if number:
        # The first pixel of a smaller level is the mean of several: its centre is shifted.
        shift = {"type": "translation", "translation": [PIXEL_SIZE * (factor - 1) / 2] * 2}
        transformation = {"type": "sequence", "transformations": [transformation, shift]}
    ends = {"input": {"id": level}, "output": {"id": f"{image}_physical"}}
    return {
        "type": "singlescale",
        "id": level,
        "name": f"Level {number}",
        "path": {"type": "zarr", "path": f"../images/{image}.zarr/{number}"},
        "attributes": {"coordinateTransformations": [{**transformation, **ends}]},
    }


def _image(id: str, name: str, attributes: Json) -> Json:
    return {
        "type": "multiscale",
        "id": id,
        "name": name,
        "nodes": [_level(id, 0), _level(id, 1)],
        "attributes": {"coordinateSystems": [_coordinate_system(f"{id}_physical")], **attributes},
    }


def _of_the_plate(id: str) -> Json:
    return {"id": id, "path": {"type": "json", "path": "../plate.json"}}


def _field(well: str, number: int) -> list[Json]:
    field = f"{well}_field_{number}"
    acquisition = {"acquisition": _of_the_plate("acquisition_1")}
    colors = [
        {"labelValue": 1, "color": [230, 159, 0, 255]},
        {"labelValue": 2, "color": [0, 114, 178, 255]},
    ]
    labels = {"labels": {"source": [{"id": field}], "labelAttributes": colors}}
    return [
        _image(field, f"Field {number}", acquisition),
        _image(f"{field}_nuclei", f"Nuclei of field {number}", {**acquisition, **labels}),
    ]


def _placed(well: str, number: int) -> list[Json]:
    field = f"{well}_field_{number}"
    return [
        {
            "type": "translation",
            "translation": [0.0, FIELD_WIDTH * (number - 1)],
            "input": {"id": f"{field}_physical"},
            "output": {"id": f"{well}_physical"},
        },
        {
            "type": "identity",
            "input": {"id": f"{field}_nuclei_physical"},
            "output": {"id": f"{field}_physical"},
        },
    ]


def _well(row: str, column: str) -> Json:
    well = f"{row}{column}"
    transformations = [one for number in FIELDS for one in _placed(well, number)]
    return {
        "version": VERSION,
        "type": "collection",
        "id": f"well_{well}",
        "name": f"Well {well}",
        "attributes": {
            "well": {
                "row": _of_the_plate(f"row_{row}"),
                "column": _of_the_plate(f"column_{column}"),
            },
            "scene": {
                "coordinateSystems": [_coordinate_system(f"{well}_physical")],
                "coordinateTransformations": transformations,
            },
        },
        "nodes": [node for number in FIELDS for node in _field(well, number)],
    }


def _plate(wells: Mapping[str, str]) -> Json:
    plate = {
        "rows": [{"id": f"row_{row}", "name": row} for row in ROWS],
        "columns": [{"id": f"column_{column}", "name": column} for column in COLUMNS],
        "acquisitions": [{"id": "acquisition_1", "name": "First acquisition"}],
    }
    nodes = [
        {
            "type": "collection",
            "id": f"well_{well}",
            "name": f"Well {well}",
            "path": {"type": "json", "path": f"./{file}"},
        }
        for well, file in wells.items()
    ]
    return {
        "version": VERSION,
        "type": "collection",
        "id": "demo_plate",
        "name": "Demo plate",
        "attributes": {"plate": plate},
        "nodes": nodes,
    }


def plate_documents() -> dict[str, Json]:
    """Make the documents of the demo.

    Returns:
        By file name, the plate first: one document for the plate, and one for
        each well with two fields, their nuclei, and the scene that places them.
    """
    places = [(row, column) for row in ROWS for column in COLUMNS]
    wells = {f"{row}{column}": f"wells/{row}{column}.json" for row, column in places}
    documents = {"plate.json": {"ome": _plate(wells)}}
    for row, column in places:
        documents[wells[f"{row}{column}"]] = {"ome": _well(row, column)}
    return documents


@dataclass(frozen=True, slots=True)
class Breakage:
    """One mistake that the demo makes on purpose.

    Attributes:
        file: The document that is broken.
        what: What is done to it, for people.
        pointer: The place, as keys and positions.
        value: What is written there.
        rule: The rule that this breaks.
    """

    file: str
    what: str
    pointer: tuple[str | int, ...]
    value: Any
    rule: str


BREAKAGES: Final = (
    Breakage(
        file="plate.json",
        what="the id of the second well has a space in it",
        pointer=("ome", "nodes", 1, "id"),
        value="well A02",
        rule="node-id",
    ),
    Breakage(
        file="wells/A01.json",
        what="the nuclei of field 1 name a source image that is not there",
        pointer=("ome", "nodes", 1, "attributes", "labels", "source", 0, "id"),
        value="A01_field_7",
        rule="external-reference-path",
    ),
    Breakage(
        file="wells/B02.json",
        what="field 2 is placed by three numbers, but it has two axes",
        pointer=(
            *("ome", "attributes", "scene", "coordinateTransformations"),
            *(2, "translation"),
        ),
        value=[0.0, 0.0, FIELD_WIDTH],
        rule="transformation-dimensions",
    ),
)
"""One mistake for each of three documents."""


def break_documents(documents: Mapping[str, Json]) -> dict[str, Json]:
    """Copy the documents of the demo and put the mistakes in.

    Args:
        documents: What `plate_documents` gives.

    Returns:
        The same documents with one mistake in each of three.
    """
    broken = copy.deepcopy(dict(documents))
    for breakage in BREAKAGES:
        place: Any = broken[breakage.file]
        for key in breakage.pointer[:-1]:
            place = place[key]
        place[breakage.pointer[-1]] = breakage.value
    return broken
