"""Hierarchies by ome-zarr (ome-zarr-py), its functions and its classes; and what it reads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from ome_zarr import OMEZarrImage, OMEZarrLabels, OMEZarrMultiscale
from ome_zarr.format import Format, FormatV04, FormatV05
from ome_zarr.io import parse_url
from ome_zarr.reader import Labels, Node, Plate, Well
from ome_zarr.writer import (
    write_image,
    write_labels,
    write_multiscale,
    write_multiscales_metadata,
    write_plate_metadata,
    write_well_metadata,
)

from tests.writers.surveys import AxisFacts, ImageFacts, LevelFacts, Survey, WellFacts

NAME = "ome-zarr"
FORMATS: dict[str, Format] = {"0.4": FormatV04(), "0.5": FormatV05()}
UNITS = {"z": "micrometer", "y": "micrometer", "x": "micrometer"}


def _group(path: Path, version: str) -> zarr.Group:
    fmt = FORMATS[version]
    return zarr.open_group(str(path), mode="w", zarr_format=fmt.zarr_format)


def _omero() -> dict[str, Any]:
    window = {"start": 0, "end": 255, "min": 0, "max": 255.0}
    return {
        "id": 1,
        "name": "cells",
        "channels": [
            {
                "active": True,
                "coefficient": 1,
                "color": color,
                "family": "linear",
                "inverted": False,
                "label": label,
                "window": window,
                "lab:laser": {"wavelength": 488},
            }
            for label, color in (("LaminB1", "0000FF"), ("Dapi", "FFFF00"))
        ],
        "rdefs": {"defaultT": 0, "defaultZ": 118, "model": "color"},
    }


def _image_with_labels(version: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        group, fmt = _group(path, version), FORMATS[version]
        write_image(
            np.zeros((2, 2, 8, 8), "uint8"),
            group,
            scale_factors=[2],
            name="cells",
            fmt=fmt,
            axes="czyx",
            scale={"c": 1.0, "z": 0.5, "y": 0.36, "x": 0.36},
            axes_units=UNITS,
            metadata={"omero": _omero(), "method": "skimage.transform.resize"},
        )
        write_labels(
            np.ones((2, 8, 8), "int32"),
            group,
            name="nuclei",
            scale_factors=[2],
            fmt=fmt,
            axes="zyx",
            scale={"z": 0.5, "y": 0.36, "x": 0.36},
            axes_units=UNITS,
            label_metadata={
                "colors": [
                    {"label-value": 1, "rgba": [255, 100, 100, 255]},
                    {"label-value": 2, "rgba": [0, 40, 200, 255]},
                ],
                "properties": [
                    {"label-value": 1, "class": "foo", "area (pixels)": 1200},
                    {"label-value": 3, "class": "bar", "nested": {"a": [1, None]}},
                ],
                "source": {"image": "../../"},
            },
        )
        write_labels(
            np.ones((2, 8, 8), "uint16"), group, name="cell walls", scale_factors=[2], fmt=fmt,
            axes="zyx",
        )  # fmt: skip

    return write


def _shifted_pyramid(version: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        transformations = [
            [
                {"type": "scale", "scale": [1.5, 1.0, 0.1 * 2**level, 0.1 * 2**level]},
                {"type": "translation", "translation": [0.0, 0.0, -12.5, 3000.0 + level]},
            ]
            for level in range(2)
        ]
        group, fmt = _group(path, version), FORMATS[version]
        pyramid = [np.zeros((3, 1, 8 >> level, 8 >> level), "float32") for level in range(2)]
        datasets = [
            {"path": f"level{number}", "coordinateTransformations": transformation}
            for number, transformation in enumerate(transformations)
        ]
        for dataset, pixels in zip(datasets, pyramid, strict=True):
            group.create_array(str(dataset["path"]), data=pixels)
        write_multiscales_metadata(
            group,
            datasets,
            fmt=fmt,
            axes=[
                {"name": "t", "type": "time", "unit": "millisecond"},
                {"name": "c", "type": "channel"},
                {"name": "x", "type": "space", "unit": "angstrom"},
                {"name": "y", "type": "space", "unit": "angstrom"},
            ],
            name="x before y",
        )

    return write


def _odd_axes(version: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        write_multiscale(
            [np.zeros((3, 8, 8), "uint8"), np.zeros((3, 4, 4), "uint8")],
            _group(path, version),
            fmt=FORMATS[version],
            axes=[
                {"name": "angle"},
                {"name": "y", "type": "space"},
                {"name": "x", "type": "space", "unit": "meter"},
            ],
            name="one axis without a type",
        )

    return write


def _label_only(version: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        write_labels(
            np.zeros((8, 8), "uint8"),
            _group(path, version),
            name="organelles",
            scale_factors=[2],
            fmt=FORMATS[version],
            axes="yx",
            label_metadata={"properties": [{"label-value": 0, "class": "background"}]},
        )

    return write


def _plate(version: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        group, fmt = _group(path, version), FORMATS[version]
        acquisitions = [
            {"id": 1, "name": "day 1", "maximumfieldcount": 2, "starttime": 1343731272000},
            {"id": 7, "name": "day 7", "description": "after wash", "endtime": 1343737645000},
        ]
        wells = {"A/2": ["0", "1"], "B/1": ["0"]}
        write_plate_metadata(
            group,
            ["A", "B"],
            ["1", "2", "3"],
            list(wells),
            fmt=fmt,
            acquisitions=acquisitions,
            field_count=2,
            name="plate of ome-zarr",
        )
        for well, fields in wells.items():
            well_group = group.require_group(well)
            images: list[Any] = [
                {"path": field, "acquisition": 7 if field == "1" else 1} for field in fields
            ]
            write_well_metadata(well_group, images, fmt=fmt)
            for field in fields:
                write_image(
                    np.zeros((1, 8, 8), "uint16"),
                    well_group.require_group(field),
                    scale_factors=[2],
                    name=f"{well} {field}",
                    fmt=fmt,
                    axes="cyx",
                    scale={"c": 1.0, "y": 0.65, "x": 0.65},
                    axes_units={"y": "micrometer", "x": "micrometer"},
                )
        write_labels(
            np.zeros((8, 8), "uint16"), group["A/2/1"], name="nuclei", scale_factors=[2], fmt=fmt,
            axes="yx", label_metadata={"source": {"image": "../../"}},
        )  # fmt: skip

    return write


def _classes(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        np.random.seed(7)  # the library draws the colours of labels from here
        mask = np.zeros((8, 8), "uint8")
        mask[:4] = 3
        image = OMEZarrImage(
            np.zeros((2, 8, 8), "uint16"),
            "cyx",
            scale={"c": 1.0, "y": 0.25, "x": 0.25},
            axes_units={"y": "micrometer", "x": "micrometer"},
            name="from classes",
        )
        nuclei = OMEZarrImage(mask, "yx", scale={"y": 0.25, "x": 0.25}, name="nuclei")
        OMEZarrMultiscale(
            image,
            scale_factors=[2],
            labels=OMEZarrLabels(nuclei, scale_factors=[2]),
            channel_names=["DAPI", "GFP"],
            channel_colors=["0000FF", "00FF00"],
        ).to_ome_zarr(str(path), version=version)

    return write


HIERARCHIES: dict[str, Callable[[Path], None]] = {}
for _version in FORMATS:
    HIERARCHIES |= {
        f"image-with-labels-{_version}": _image_with_labels(_version),
        f"shifted-pyramid-{_version}": _shifted_pyramid(_version),
        f"odd-axes-{_version}": _odd_axes(_version),
        f"label-only-{_version}": _label_only(_version),
        f"plate-{_version}": _plate(_version),
        f"classes-{_version}": _classes(_version),
    }


def survey(path: Path) -> Survey:
    """What ome-zarr finds: the hierarchy through its nodes, images through its classes."""
    logging.getLogger("ome_zarr").setLevel(logging.ERROR)
    node = _node(path)
    plate = node.load(Plate)
    if isinstance(plate, Plate):
        return _plate_facts(path, plate)
    if not node.specs:
        return Survey(labels=dict(_label_only_facts(path)))
    images, labels = _image_facts(path, "")
    return Survey(images=images, labels=labels)


def _node(path: Path) -> Node:
    location = parse_url(str(path))
    assert location is not None
    return Node(location, [])


def _plate_facts(path: Path, plate: Plate) -> Survey:
    wells, images, labels = [], {}, {}
    for well_path in plate.well_paths:
        well = _node(path / well_path).load(Well)
        assert isinstance(well, Well)
        fields = [(one["path"], one.get("acquisition")) for one in well.well_data["images"]]
        wells.append(WellFacts(*well_path.split("/"), images=tuple(fields)))
        for field, _ in fields:
            its_images, its_labels = _image_facts(path, f"{well_path}/{field}")
            images |= its_images
            labels |= its_labels
    acquisitions = plate.plate_data.get("acquisitions", ())
    return Survey(
        images=images,
        labels=labels,
        rows=tuple(plate.row_names),
        columns=tuple(plate.col_names),
        acquisitions=tuple((one["id"], one.get("name")) for one in acquisitions),
        wells=tuple(wells),
    )


def _image_facts(root: Path, path: str) -> tuple[dict[str, ImageFacts], dict[str, ImageFacts]]:
    image = OMEZarrMultiscale.from_ome_zarr(str(root / path))
    assert isinstance(image, OMEZarrMultiscale)
    labels = {
        f"{path}/labels/{name}".lstrip("/"): _facts(label)
        for name, label in (image.labels or {}).items()
    }
    return {path: _facts(image)}, labels


def _label_only_facts(path: Path) -> Iterator[tuple[str, ImageFacts]]:
    group = _node(path / "labels").load(Labels)
    assert isinstance(group, Labels)
    for name in group.lookup("labels", []):
        yield f"labels/{name}", _facts(OMEZarrLabels.from_ome_zarr(str(path / "labels" / name)))


def _facts(image: OMEZarrMultiscale | OMEZarrLabels) -> ImageFacts:
    return ImageFacts(
        axes=tuple(AxisFacts(str(axis.name), axis.type, axis.unit) for axis in image.metadata.axes),
        levels=tuple(
            LevelFacts(dataset.path, _vector(dataset, "scale"), _vector(dataset, "translation"))
            for dataset in image.metadata.datasets
        ),
    )


def _vector(dataset: Any, kind: str) -> tuple[float, ...] | None:
    for transformation in dataset.coordinateTransformations:
        if transformation.type == kind:
            return tuple(getattr(transformation, kind))
    return None
