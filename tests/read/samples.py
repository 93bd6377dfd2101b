"""Images and plates to read, in one document and in many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import ngio_collections as ngc

UNITS: Final = {"t": ("time", "second"), "c": ("channel", None)}
PLATE: Final = "memory://lab/plate.json"


def axes(names: str = "zyx") -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for name in names:
        kind, unit = UNITS.get(name, ("space", "micrometer"))
        made.append({"name": name, "type": kind, **({"unit": unit} if unit else {})})
    return made


def system(id: str, names: str = "zyx") -> dict[str, Any]:
    return {"id": id, "axes": axes(names)}


def scale_step(values: Iterable[float]) -> dict[str, Any]:
    return {"type": "scale", "scale": list(values)}


def ends(start: str, end: str) -> dict[str, Any]:
    return {"input": {"id": start}, "output": {"id": end}}


def level(
    id: str,
    output: str,
    scale: Iterable[float],
    translation: Iterable[float] | None = None,
    path: str | None = None,
) -> ngc.Node:
    step = scale_step(scale)
    if translation is not None:
        shift = {"type": "translation", "translation": list(translation)}
        step = {"type": "sequence", "transformations": [step, shift]}
    return ngc.new_node(
        "singlescale",
        id=id,
        ref={"type": "zarr", "path": path or f"./{id}"},
        attributes={"coordinateTransformations": [{**step, **ends(id, output)}]},
    )


def image(
    id: str,
    *,
    names: str = "zyx",
    scale: tuple[float, ...] = (2.0, 0.5, 0.25),
    count: int = 3,
    attributes: Mapping[str, Any] | None = None,
) -> ngc.Node:
    """An image whose levels lie half a pixel further inside each time, as averaging puts them."""
    physical = f"{id}_physical"
    levels = []
    for number in range(count):
        factors = [value * (2**number if number else 1) for value in scale]
        shifts = [value * (2**number - 1) / 2 for value in scale] if number else None
        levels.append(level(f"{id}_level_{number}", physical, factors, shifts, f"./{id}/{number}"))
    return ngc.new_node(
        "multiscale",
        id=id,
        name=id,
        attributes={"coordinateSystems": [system(physical, names)], **(attributes or {})},
        children=levels,
    )


def label_of(source: Any, id: str, **kwargs: Any) -> ngc.Node:
    return image(id, attributes={"labels": {"source": [source]}}, **kwargs)


ROWS: Final = ("A", "B")
COLUMNS: Final = ("01", "02", "03")
ACQUISITIONS: Final = (("acquisition_0", "day 1"), ("acquisition_1", "day 2"))


def plate_attribute() -> dict[str, Any]:
    return {
        "rows": [{"id": f"row_{name}", "name": name} for name in ROWS],
        "columns": [{"id": f"column_{name}", "name": name} for name in COLUMNS],
        "acquisitions": [{"id": key, "name": name} for key, name in ACQUISITIONS],
    }


def reference(id: str, path: str | None) -> dict[str, Any]:
    return {"id": id, **({} if path is None else {"path": {"type": "json", "path": path}})}


def well(row: str, column: str, *, tall: bool, plate: str | None = None) -> ngc.Node:
    """A well with two images, each with one label image; `plate` is the path to the plate."""
    here = f"{row}_{column}"
    groups: list[ngc.Node] = []
    for number, (acquisition, name) in enumerate(ACQUISITIONS):
        belongs = {"acquisition": reference(acquisition, plate)}
        raw = f"{here}_{number}"
        pair = [
            image(raw, count=2, attributes={} if tall else belongs),
            label_of({"id": raw}, f"{raw}_nuclei", count=2),
        ]
        if tall:
            made = ngc.new_node(
                "collection", id=f"{here}_g{number}", name=name, attributes=belongs, children=pair
            )
            groups.append(made)
        else:
            groups += pair
    position = {
        "row": reference(f"row_{row}", plate),
        "column": reference(f"column_{column}", plate),
    }
    return ngc.new_node(
        "collection", id=here, name=here, attributes={"well": position}, children=groups
    )


POSITIONS: Final = [(row, column) for row in ROWS for column in COLUMNS]


def plate_node(children: Iterable[ngc.Node]) -> ngc.Node:
    return ngc.new_node(
        "collection",
        id="plate",
        name="Plate",
        attributes={"plate": plate_attribute()},
        children=children,
    )


def one_document(*, tall: bool = False) -> ngc.Node:
    """A plate in one document."""
    lab = ngc.Resolver(ngc.MemoryStore())
    return lab.create(PLATE, plate_node(well(*at, tall=tall) for at in POSITIONS))


def many_documents(*, tall: bool = False) -> ngc.Resolver:
    """A plate with a document for each well, whose ids of images are the same in each."""
    lab = ngc.Resolver(ngc.MemoryStore())
    plate = lab.create(PLATE, plate_node([]))
    stubs = []
    for row, column in POSITIONS:
        node = well(row, column, tall=tall, plate="../plate.json")
        written = lab.create(f"memory://lab/wells/{row}_{column}.json", node)
        stubs.append(written.ref_stub())
    lab.save(plate.add_ref(*stubs))
    return lab


def opened(kind: str, *, tall: bool = False) -> ngc.Node:
    """A plate, opened as one of `one` document, or inlined of `many`."""
    if kind == "one":
        return one_document(tall=tall)
    return many_documents(tall=tall).open_inlined(PLATE)


def tree(document: dict[str, Any], url: str | None = "memory://lab/a.json") -> ngc.Node:
    """A parsed node, whatever is wrong with it, as the root of a tree."""
    return ngc.as_tree(document, url).root
