"""Hierarchies by ngff-zarr, 0.4 to 0.6: images, plates, scenes; and what it reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ngff_zarr as nz
import numpy as np
from ngff_zarr.v06 import zarr_metadata as v06

from tests.writers.surveys import AxisFacts, ImageFacts, LevelFacts, Survey, WellFacts

NAME = "ngff-zarr"
MICROMETERS = {"z": "micrometer", "y": "micrometer", "x": "micrometer"}


def _multiscales(name: str = "cells", *, orientation: str | None = None) -> nz.NgffMultiscales:
    image = nz.to_ngff_image(
        np.zeros((2, 2, 8, 8), "uint8"),
        dims=("c", "z", "y", "x"),
        scale={"z": 2.5, "y": 0.325, "x": 0.325},
        translation={"z": -10.0, "y": 0.0, "x": 1250.75},
        name=name,
        axes_units=MICROMETERS,
    )
    multiscales = nz.to_multiscales(image, scale_factors=[2], chunks=8, orientation=orientation)
    window = nz.OmeroWindow(min=0, max=255, start=5.5, end=200)
    multiscales.metadata.omero = nz.Omero(
        channels=[
            nz.OmeroChannel(color="0000FF", window=window, label="DAPI"),
            nz.OmeroChannel(color="00FF00", window=window, label=None),
        ]
    )
    return multiscales


def _image(version: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        multiscales = _multiscales()
        multiscales.root_attributes = {"provenance": {"software": "scope 3", "steps": [1, None]}}
        nz.to_ome_zarr(str(path), multiscales, version=version)

    return write


def _oriented_image(version: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        nz.to_ome_zarr(
            str(path),
            _multiscales("brain", orientation="LPS"),
            version=version,
            consolidate_metadata=False,
        )

    return write


def _time_series(version: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        image = nz.to_ngff_image(
            np.zeros((3, 8, 8), "uint16"),
            dims=("t", "y", "x"),
            scale={"t": 30.0, "y": 0.5, "x": 0.5},
            translation={"t": 0.0, "y": 0.0, "x": 0.0},
            axes_units={"t": "second", "y": "nanometer", "x": "nanometer"},
            name="movie",
        )
        multiscales = nz.to_multiscales(image, scale_factors=[2], chunks=8)
        nz.to_ome_zarr(str(path), multiscales, version=version)

    return write


def _plate(version: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        plate = nz.Plate(
            columns=[nz.PlateColumn(name=name) for name in ("1", "2")],
            rows=[nz.PlateRow(name=name) for name in ("A", "B")],
            wells=[
                nz.PlateWell(path="A/1", rowIndex=0, columnIndex=0),
                nz.PlateWell(path="B/2", rowIndex=1, columnIndex=1),
            ],
            version=version,
            name="plate of ngff-zarr",
            field_count=2,
            acquisitions=[
                nz.PlateAcquisition(
                    id=0, name="live", maximumfieldcount=2, starttime=1722000000,
                    endtime=1722003600, description="before fixation",
                ),
                nz.PlateAcquisition(id=1),
            ],
        )  # fmt: skip
        with nz.HCSPlateWriter(str(path), plate) as writer:
            for row, column, field, acquisition in (
                ("A", "1", 0, 0),
                ("A", "1", 1, 1),
                ("B", "2", 0, 0),
            ):
                writer.write_well_image(
                    _multiscales(f"{row}{column} {field}"), row, column, field, acquisition
                )

    return write


def _several_systems(path: Path) -> None:
    """An image that knows two coordinate systems, and how to get from one to the other."""
    multiscales = _multiscales("rotated on the stage")
    metadata = multiscales.metadata
    assert isinstance(metadata, v06.Metadata)
    intrinsic = metadata.intrinsic_coordinate_system
    stage = v06.CoordinateSystem(name="stage", axes=list(intrinsic.axes))
    metadata.coordinateSystems.append(stage)
    metadata.coordinateTransformations = [
        v06.Affine(
            affine=[
                [1.0, 0.0, 0.0, 0.0, 0.0],
                [0.0, 1.0, 0.0, 0.0, 10.0],
                [0.0, 0.0, 0.8, -0.6, 100.0],
                [0.0, 0.0, 0.6, 0.8, -50.0],
            ],
            input=v06.CoordinateSystemIdentifier(name=intrinsic.name),
            output=v06.CoordinateSystemIdentifier(name="stage"),
            name="to the stage",
        )
    ]
    nz.to_ome_zarr(str(path), multiscales, version="0.6")


def _scene(path: Path) -> None:
    """Two tiles of a world, one of them by a sequence of transformations."""
    images = {name: _multiscales(name) for name in ("tiles/left", "tiles/right")}
    system = images["tiles/left"].metadata.intrinsic_coordinate_system
    world = v06.CoordinateSystem(name="world", axes=list(system.axes))
    ends = {
        name: {
            "input": v06.CoordinateSystemIdentifier(path=name, name=system.name),
            "output": v06.CoordinateSystemIdentifier(name="world"),
        }
        for name in images
    }
    nz.NgffScene(
        images=images,
        coordinateSystems=[world],
        coordinateTransformations=[
            v06.Translation(
                translation=[0.0, 0.0, 0.0, 512.5], name="left to world", **ends["tiles/left"]
            ),
            v06.TransformSequence(
                transformations=[
                    v06.Scale(scale=[1.0, 1.0, 2.0, 2.0]),
                    v06.Translation(translation=[0.0, 0.0, 0.0, -512.5]),
                ],
                **ends["tiles/right"],
            ),
        ],
    ).to_ome_zarr(str(path))


def _transformation(path: Path) -> None:
    """A transformation on its own, of no image."""
    nz.to_ome_zarr(
        str(path),
        v06.Rotation(rotation=[[0.0, -1.0], [1.0, 0.0]], name="a quarter turn"),  # type: ignore[arg-type]
    )


HIERARCHIES: dict[str, Callable[[Path], None]] = {
    "several-systems-0.6": _several_systems,
    "scene-0.6": _scene,
    "transformation-0.6": _transformation,
}
for _version in ("0.4", "0.5", "0.6"):
    HIERARCHIES |= {
        f"image-{_version}": _image(_version),
        f"oriented-image-{_version}": _oriented_image(_version),
        f"time-series-{_version}": _time_series(_version),
        f"plate-{_version}": _plate(_version),
    }


def survey(path: Path) -> Survey:
    """What ngff-zarr finds; it wants to be told what kind of thing it opens."""
    for kind in ("multiscales", "scene", "transformation"):
        try:
            found: Any = nz.from_ome_zarr(str(path), kind=kind)  # type: ignore[call-overload]
        except ValueError:
            continue
        if kind == "transformation":
            return Survey()
        images = found.images if kind == "scene" else {"": found}
        return Survey(images={name: _facts(image) for name, image in images.items()})
    return _plate_facts(nz.from_hcs_zarr(str(path)))


def _plate_facts(plate: nz.HCSPlate) -> Survey:
    wells, images = [], {}
    for entry in plate.wells:
        row, column = plate.rows[entry.rowIndex].name, plate.columns[entry.columnIndex].name
        well = plate.get_well(row, column)
        assert well is not None
        wells.append(
            WellFacts(row, column, tuple((one.path, one.acquisition) for one in well.images))
        )
        for number, field in enumerate(well.images):
            image = well.get_image(number)
            assert image is not None
            images[f"{entry.path}/{field.path}"] = _facts(image)
    return Survey(
        images=images,
        rows=tuple(row.name for row in plate.rows),
        columns=tuple(column.name for column in plate.columns),
        acquisitions=tuple((one.id, one.name) for one in plate.acquisitions or ()),
        wells=tuple(wells),
    )


def _facts(image: nz.NgffMultiscales) -> ImageFacts:
    axes = getattr(image.metadata, "axes", None)
    assert axes is not None
    return ImageFacts(
        axes=tuple(AxisFacts(axis.name, axis.type, axis.unit) for axis in axes),
        levels=tuple(
            LevelFacts(
                dataset.path,
                tuple(level.scale[name] for name in level.dims),
                tuple(level.translation[name] for name in level.dims),
            )
            for dataset, level in zip(image.metadata.datasets, image.images, strict=True)
        ),
    )
