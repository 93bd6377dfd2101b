"""Whatever a document holds is read, or refused with an error of this library."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections.errors import InvalidEditError
from tests.graph.samples import documents
from tests.read import samples

READINGS: Final[dict[str, Callable[[ngc.Node], Any]]] = {
    "axes": lambda node: node.axes,
    "systems": lambda node: node.coordinate_systems,
    "levels": lambda node: node.levels(),
    "scale": lambda node: node.scale(),
    "translation": lambda node: node.translation(-1),
    "pixel_size": lambda node: node.pixel_size,
    "array_url": lambda node: node.array_url,
    "array_paths": lambda node: node.array_paths,
    "rows": lambda node: node.rows,
    "columns": lambda node: node.columns,
    "acquisitions": lambda node: node.acquisitions,
    "row": lambda node: node.row,
    "column": lambda node: node.column,
    "acquisition": lambda node: node.acquisition,
    "wells": lambda node: node.wells(),
    "images": lambda node: node.images(),
    "images of": lambda node: node.images(acquisition="acquisition_0"),
    "labels": lambda node: node.labels(),
    "labels within": lambda node: node.labels(within=node.tree.root),
    "source_images": lambda node: node.source_images(),
    "well": lambda node: node["A/01"],
    "between": lambda node: ngc.transform_between(node, node.tree.root),
    "reachable": lambda node: ngc.CoordinateGraph(node).reachable(node),
    "table": lambda node: ngc.to_arrow(node, ["/well/row", "labels"]),
    "catalogue": lambda node: ngc.to_csv(node, type=None),
}


def read(node: ngc.Node) -> dict[str, bool]:
    """Read a node in every way; whether it was read or refused."""
    found = {}
    for name, reading in READINGS.items():
        try:
            reading(node)
        except ngc.NgioCollectionsError:
            found[name] = False
        else:
            found[name] = True
    return found


def small_plate() -> dict[str, Any]:
    plate = samples.plate_node([samples.well("A", "01", tall=True)]).to_json()
    listed = [
        {"type": kind, kind: value, **samples.ends("A_01_0_physical", "world")}
        for kind, value in (
            ("translation", [1, 2, 3]),
            ("mapAxis", [0, 1, 2]),
            ("rotation", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        )
    ]
    split = {
        "transformation": {"type": "scale", "scale": [2, 2, 2]},
        "inputAxes": [0, 1, 2],
        "outputAxes": [2, 1, 0],
    }
    two_way = {"type": "bijection", "forward": listed[0], "inverse": listed[1]}
    inside = {"type": "byDimension", "transformations": [split]}
    whole = {"type": "sequence", "transformations": [two_way, inside]}
    listed.append({**whole, **samples.ends("A_01_1_physical", "world")})
    plate["attributes"]["scene"] = {
        "coordinateSystems": [samples.system("world")],
        "coordinateTransformations": listed,
    }
    return plate


PLATE: Final = small_plate()


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every value in a document, as its holder and its key."""
    stack = [value]
    while stack:
        holder = stack.pop()
        pairs = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, inner in list(pairs):
            yield holder, key
            if isinstance(inner, (dict, list)):
                stack.append(inner)


COUNT: Final = sum(1 for _ in places(PLATE))
JUNK: Final = st.sampled_from(
    [
        *(None, True, 0, -1, 7, 0.5, 10**400, "", "x", "A_01_0", "/", "type", []),
        *([[]], [None], ["x"], [1, 2, 3], {}, {"id": "A_01"}, {"id": 5}, {"type": "scale"}),
        *({"id": "A_01_0", "path": {"type": "json", "path": "./b.json"}}, {"path": "", "id": "x"}),
        *({"type": "displacements", "path": 7}, {"type": "x:y"}, {"type": "zarr", "path": "\x00"}),
        [{"type": "identity", "input": {"id": "world"}, "output": {"id": "world"}}],
    ]
)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, COUNT - 1), JUNK), min_size=1, max_size=3), st.booleans())
def test_a_plate_with_anything_in_any_place_is_read_or_refused(
    changes: list[tuple[int, Any]], is_edited: bool
) -> None:
    document = copy.deepcopy(PLATE)
    for number, junk in changes:
        here = list(places(document))
        holder, key = here[number % len(here)]
        holder[key] = copy.deepcopy(junk)
    root = samples.tree(document)
    if is_edited:
        with suppress(InvalidEditError):  # Its attributes may be no object.
            root = root.set_attr("lab:edited", True)
    for node in list(root.walk())[:12]:
        read(node)


@settings(max_examples=60)
@given(documents())
def test_any_document_is_read_or_refused(document: dict[str, Any]) -> None:
    for node in list(samples.tree(document).walk())[:5]:
        read(node)


def test_the_plate_that_is_spoiled_is_one_that_can_be_read() -> None:
    root = samples.tree(copy.deepcopy(PLATE))
    image = root.find("A_01_0")
    label = root.find("A_01_0_nuclei")
    assert image is not None
    assert label is not None
    able: set[str] = set()
    for node in (root, root["A/01"], image, label, image.levels()[0]):
        able |= {name for name, was_read in read(node).items() if was_read}
    assert able == set(READINGS)
    assert ngc.transform_between(image, root.find("A_01_1") or root).is_affine
