"""The published examples of the specification, put together to hierarchies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "ngff-spec"

Files = dict[str, Any]


def example(name: str) -> dict[str, Any]:
    """One of the examples, such as `0.6/well_4fields`."""
    document: dict[str, Any] = json.loads((DATA / f"{name}.json").read_bytes())
    return document


def _image_4(name: str) -> Files:
    return {".zgroup": {"zarr_format": 2}, ".zattrs": example(f"0.4/{name}")}


def _below(path: str, files: Files) -> Files:
    return {f"{path}/{name}": document for name, document in files.items()}


def _group(version: str, **ome: Any) -> Files:
    attributes = {"ome": {"version": version, **ome}}
    return {"zarr.json": {"zarr_format": 3, "node_type": "group", "attributes": attributes}}


def _plate_4() -> Files:
    files = _image_4("plate_2wells")
    for well in ("C/5", "D/7"):
        files |= _below(well, _image_4("well_2fields"))
        for field in ("0", "1"):
            files |= _below(f"{well}/{field}", _image_4("multiscales_transformations"))
    return files


def _plate_6() -> Files:
    files: Files = {"zarr.json": example("0.6.dev4/plate_6wells")}
    for well in example("0.6.dev4/plate_6wells")["attributes"]["ome"]["plate"]["wells"]:
        files[f"{well['path']}/zarr.json"] = example("0.6/well_4fields")
        for field in range(4):
            image = example("0.6.dev4/multiscales_example")
            files[f"{well['path']}/{field}/zarr.json"] = image
    return files


def _labels() -> Files:
    label = example("0.6.dev4/colors_properties")
    label["attributes"]["ome"] |= example("0.6.dev4/multiscales_transformations")["attributes"][
        "ome"
    ]
    return {
        "zarr.json": example("0.6/multiscales_reference_to_label"),
        **_below("labels", _group("0.6", labels=["cell_segmentation"])),
        "labels/cell_segmentation/zarr.json": label,
    }


def _series() -> Files:
    return {
        "zarr.json": example("0.6/bf2raw_image"),
        "OME/zarr.json": example("0.6rc0/series-2"),
        "0/zarr.json": example("0.6.dev4/multiscales_example"),
        "1/zarr.json": example("0.6.dev4/multiscales_transformations"),
    }


def _series_plate() -> Files:
    return {
        "zarr.json": example("0.9.dev2/bf2raw_plate"),
        **_below("A/1", _group("0.9.dev2", well={"images": [{"path": "0", "acquisition": 0}]})),
        "A/1/0/zarr.json": example("0.6.dev4/multiscales_example"),
    }


def _scene(name: str, *images: str) -> Files:
    tile = example("0.6rc0/displacements_multiscales")
    return {"zarr.json": example(name), **{f"{path}/zarr.json": tile for path in images}}


DRAFTS = ("mapAxis2", "newAxis", "sequenceSubspace1")


def _scenes(*, newer: bool) -> dict[str, Files]:
    """A scene for each example of transformations, as 0.6 has them or as its drafts had."""
    return {
        f"0.6-scene-{file.stem}": _group("0.6", scene=json.loads(file.read_bytes()))
        for file in sorted((DATA / "transformations").glob("*.json"))
        if newer is (file.stem not in DRAFTS)
    }


WHOLE: dict[str, Files] = {
    "0.4-image": _image_4("image_omero"),
    "0.4-levels": _image_4("multiscales_example"),
    "0.4-transformations": _image_4("multiscales_transformations"),
    "0.4-custom-axes": _image_4("custom_type_axes"),
    "0.4-early-image": _image_4("image_omero_early"),
    "0.4-plate": _plate_4(),
    "0.6-image": {"zarr.json": example("0.6.dev4/multiscales_example")},
    "0.6-transformations": {"zarr.json": example("0.6.dev4/multiscales_transformations")},
    "0.6-permuted": {"zarr.json": example("0.6.dev4/subspacePermute")},
    "0.6-displaced": {"zarr.json": example("0.6rc0/displacements_multiscales")},
    "0.6-labels": _labels(),
    "0.6-plate": _plate_6(),
    "0.6-series": _series(),
    "0.6-stitching": _scene("0.6.dev4/scene_stitching", *(f"tile_{n}" for n in range(4))),
    **_scenes(newer=True),
}
"""Hierarchies of which everything can be converted."""

PART: dict[str, Files] = {
    "0.6-by-dimension": {"zarr.json": example("0.6.dev2/subspaceMultidim")},
    "0.6-field": {"zarr.json": example("0.6/displacement_field")},
    **_scenes(newer=False),
}
"""Hierarchies of which something cannot: transformations as drafts of 0.6 had them."""

REFUSED: dict[str, Files] = {
    "0.3-image": {".zgroup": {"zarr_format": 2}, ".zattrs": example("0.3/image_v0.2")},
    "0.6-mapping-of-axes": {"zarr.json": example("0.6.dev4/multiscales_example_relative")},
    "0.6-mismatch": {"zarr.json": example("0.6.dev1/mismatch_axes_units")},
    "0.9-registration": _scene("0.9.dev2/scene_registration", "JRC2018F", "FCWB"),
    "0.9-series-plate": _series_plate(),
}
"""Hierarchies whose root is of another version, or does not fit the one that it names."""


def write(files: Files, root: Path) -> Path:
    """Write a hierarchy, with an array, of metadata alone, for each level of its images."""
    for name, document in [*files.items(), *_arrays(files)]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(document, indent=2))
    return root


def _arrays(files: Files) -> Iterator[tuple[str, Any]]:
    for name, document in files.items():
        group = name.rpartition("/")[0]
        attributes = document.get("attributes", document)
        for image in attributes.get("ome", attributes).get("multiscales", ()):
            for dataset in image["datasets"]:
                path = f"{group}/{dataset['path']}".lstrip("/")
                if name.endswith("zarr.json"):
                    yield f"{path}/zarr.json", {"zarr_format": 3, "node_type": "array"}
                else:
                    yield f"{path}/.zarray", {"zarr_format": 2, "shape": [1]}
