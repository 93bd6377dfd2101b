"""Hierarchies by ome-zarr-io, 0.5: images with labels, plates; and what it reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ome_zarr_io import PlateWriter, Reader, Writer, validate

from tests.writers.surveys import AxisFacts, ImageFacts, LevelFacts, Survey

NAME = "ome-zarr-io"
# The library writes plates, but has no way to ask one for its wells; of label maps it knows
# the names and the arrays.
UNITS: dict[str, Any] = {"z": "micrometer", "y": "micrometer", "x": "micrometer"}
CHANNELS: Any = {
    "DAPI": {"color": "0000FF", "window": (0, 4095)},
    "GFP": {"color": "00FF00", "window": "minmax", "family": "linear", "active": False},
}


def _image(path: Path) -> None:
    writer = Writer(
        path,
        np.arange(2 * 2 * 8 * 8, dtype="uint16").reshape(2, 2, 8, 8),
        ["c", "z", "y", "x"],
        UNITS,
        scale_transformations={"z": 0.25, "y": 0.1, "x": 0.1},
        downscale_levels=1,
        channels=CHANNELS,
    )
    writer.write()
    mask = np.ones((1, 2, 8, 8), "uint16")
    writer.add_labels(
        "nuclei",
        mask,
        colors=[{"label-value": 1, "rgba": [255, 0, 0, 255]}],
        properties=[{"label-value": 1, "class": "mitotic"}],
    )
    writer.add_labels("cells", mask)


def _time_series(path: Path) -> None:
    Writer(
        path,
        np.zeros((3, 8, 8), "float32"),
        ["t", "y", "x"],
        {"t": "second", "y": "micrometer", "x": "micrometer"},
        scale_transformations={"t": 0.5, "y": 0.1, "x": 0.1},
        downscale_levels=2,
        name="a movie",
    ).write()


def _plate(path: Path) -> None:
    acquisitions: list[dict[str, Any]] = [
        {"id": 0, "name": "before", "starttime": 1343731272000, "maximumfieldcount": 2},
        {"id": 2, "description": "after"},
    ]
    with PlateWriter(
        path, ["A", "B"], ["1", "2"], name="plate of ome-zarr-io", acquisitions=acquisitions
    ) as plate:
        for row, column, acquisition in (("A", "1", 0), ("A", "1", 2), ("B", "2", 0)):
            image = np.arange(2 * 8 * 8, dtype="uint8").reshape(2, 8, 8)
            field = plate.add_field(
                row,
                column,
                image,
                ["c", "y", "x"],
                {"y": "micrometer", "x": "micrometer"},
                acquisition=acquisition,
                downscale_levels=1,
                channels=CHANNELS,
            )
            if acquisition == 2:
                field.add_labels("nuclei", np.ones((1, 8, 8), "uint8"))


HIERARCHIES: dict[str, Callable[[Path], None]] = {
    "image-0.5": _image,
    "time-series-0.5": _time_series,
    "plate-0.5": _plate,
}


def survey(path: Path) -> Survey:
    """What ome-zarr-io finds, in an image or in the images of a plate."""
    report = validate(path)
    if report.kind == "image":
        places = [""]
    else:
        groups = sorted(path.glob("*/*/*/zarr.json"))
        places = [group.parent.relative_to(path).as_posix() for group in groups]
    images: dict[str, ImageFacts] = {}
    labels: dict[str, ImageFacts] = {}
    for place in places:
        images[place] = _facts(path / place)
        for name in Reader(path / place).label_names:
            labels[f"{place}/labels/{name}".lstrip("/")] = ImageFacts((), ())
    return Survey(images=images, labels=labels)


def _facts(path: Path) -> ImageFacts:
    return ImageFacts(
        axes=tuple(AxisFacts(axis.name, axis.type, axis.unit) for axis in Reader(path).axes),
        levels=tuple(
            LevelFacts(
                level.path,
                level.scale and tuple(level.scale),
                level.translation and tuple(level.translation),
            )
            for level in validate(path).levels
        ),
    )
