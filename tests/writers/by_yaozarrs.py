"""Hierarchies by yaozarrs: its demo writers, and its writers of 0.5; and what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from yaozarrs import ZarrGroup, _demo_data, open_group, v04, v05
from yaozarrs.write.v05 import write_bioformats2raw, write_image, write_plate

from tests.writers.surveys import AxisFacts, ImageFacts, LevelFacts, Survey, WellFacts

NAME = "yaozarrs"
OME_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
    '<Image ID="Image:0" Name="tile 1"/><Image ID="Image:1" Name="tile 2"/></OME>\n'
)
SMALL = {"shape": (2, 1, 8, 8), "axes": "czyx", "chunks": (1, 1, 8, 8)}


def _demo_image(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        _demo_data.write_ome_image(
            path,
            version=version,
            channel_names=["DAPI", "GFP"],
            channel_colors=[0x0000FF, 0x00FF00],
            **SMALL,
        )

    return write


def _demo_time_series(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        shape = (2, 1, 2, 8, 8)
        _demo_data.write_ome_image(
            path, version=version, shape=shape, axes="tczyx", chunks=shape, num_levels=1
        )

    return write


def _demo_labels(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        _demo_data.write_ome_labels(
            path,
            version=version,
            shape=(16, 16),
            label_colors=[(255, 0, 0, 255), (0, 255, 0, 128)],
            parent_image_path="../../",
        )

    return write


def _demo_image_with_labels(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        _demo_data.write_ome_image(
            path, version=version, shape=(1, 16, 16), axes="cyx", chunks=(1, 16, 16)
        )
        other = path.with_name(f"{path.name}-labels")
        _demo_data.write_ome_labels(
            other, version=version, labels_name="nuclei", shape=(16, 16), num_levels=2
        )
        (other / "labels").rename(path / "labels")

    return write


def _demo_plate(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        _demo_data.write_ome_plate(
            path,
            version=version,
            plate_name="screen 7",
            rows=["A", "B"],
            columns=["01", "02"],
            image_shape=(1, 8, 8),
            fields_per_well=2,
            num_levels=2,
            acquisitions=[{"id": 0, "name": "first round"}, {"id": 1, "name": "second round"}],
        )

    return write


def _demo_series(version: Any, series: int, *, with_group: bool) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.mkdir()
        _demo_data.write_ome_bf2raw(
            path,
            version=version,
            num_series=series,
            write_ome_group=with_group,
            shape=(1, 1, 8, 8),
            num_levels=1,
        )

    return write


def _image(name: str | None = None, *, channel: bool = True, levels: int = 2) -> v05.Image:
    axes: list[Any] = [v05.ChannelAxis(name="c")] if channel else []
    axes += [v05.SpaceAxis(name="z", unit="micrometer")]
    axes += [v05.SpaceAxis(name=letter, unit="nanometer") for letter in "yx"]
    first = [1.0] if channel else []
    transformations = [
        [
            v05.ScaleTransformation(scale=[*first, 2.5, 0.325 * 2**level, 0.325 * 2**level]),
            v05.TranslationTransformation(
                translation=[*(0.0 for _ in first), -10.25, 100.0, 0.1625 * (2**level - 1)]
            ),
        ]
        for level in range(levels)
    ]
    return v05.Image(
        multiscales=[
            v05.Multiscale(
                name=name,
                axes=axes,
                datasets=[
                    v05.Dataset(path=f"s{level}", coordinateTransformations=transformation)
                    for level, transformation in enumerate(transformations)
                ],
                type="mean",
                metadata={"description": "the mean of 2 by 2", "kwargs": {"multichannel": True}},
            )
        ],
        omero=v05.Omero(
            id=7,
            channels=[
                v05.OmeroChannel(
                    label=label,
                    color=color,
                    active=True,
                    inverted=False,
                    coefficient=1.0,
                    family="linear",
                    window=v05.OmeroWindow(start=0, min=0, end=1500.5, max=65535),
                )
                for label, color in (("DAPI", "0000FF"), ("GFP", "00FF00"))
            ],
            rdefs={"model": "color", "defaultT": 0, "defaultZ": 1},
        )
        if channel
        else None,
    )


def _pixels(levels: int = 2, dtype: str = "uint16", *, channel: bool = True) -> list[Any]:
    first = (2,) if channel else ()
    return [np.zeros((*first, 2, 8 >> level, 8 >> level), dtype) for level in range(levels)]


def _write_image(path: Path) -> None:
    nuclei = v05.LabelImage(
        **_image("nuclei", channel=False).model_dump(),
        image_label={
            "colors": [
                {"label_value": 1, "rgba": [255, 0, 0, 255]},
                {"label_value": 4, "rgba": [0, 255, 255, 128]},
            ],
            "properties": [{"label_value": 1, "class": "mitotic", "area": 1200.5}],
            "source": {"image": "../../"},
        },
    )
    cells = v05.LabelImage(**_image(channel=False).model_dump(), image_label={})
    masks = _pixels(dtype="uint32", channel=False)
    write_image(
        path,
        _image("two channels"),
        _pixels(),
        labels={"nuclei": (nuclei, masks), "cells": (cells, masks)},
        extra_attributes={"lab": {"operator": "Ada", "doses": [0.5, None, 2]}},
        writer="zarr",
    )


def _write_plate(path: Path) -> None:
    images = {
        (row, column, field): (_image(f"{row}{column} field {field}", levels=1), _pixels(1))
        for row, column in (("A", "1"), ("C", "1"), ("C", "12"))
        for field in ("0", "1")
    }
    acquisitions = [
        {
            "id": 3,
            "name": "Meas_01(2012-07-31_10-41-12)",
            "description": "before the drug",
            "maximumfieldcount": 2,
            "starttime": 1343731272000,
            "endtime": 1343737645000,
        }
    ]
    write_plate(
        path,
        images,
        plate={"name": "sparse", "field_count": 2, "acquisitions": acquisitions},
        writer="zarr",
    )


def _write_series(path: Path) -> None:
    write_bioformats2raw(
        path,
        {"0": (_image("tile 1"), _pixels()), "1": (_image("tile 2", levels=1), _pixels(1))},
        ome_xml=OME_XML,
        writer="zarr",
    )


HIERARCHIES: dict[str, Callable[[Path], None]] = {
    "image-0.5": _write_image,
    "plate-0.5": _write_plate,
    "series-0.5": _write_series,
    "demo-series-without-group-0.5": _demo_series("0.5", 1, with_group=False),
    "demo-series-0.5": _demo_series("0.5", 2, with_group=True),
    "demo-series-0.4": _demo_series("0.4", 2, with_group=True),
}
for _version in ("0.4", "0.5"):
    HIERARCHIES |= {
        f"demo-image-{_version}": _demo_image(_version),
        f"demo-time-series-{_version}": _demo_time_series(_version),
        f"demo-labels-{_version}": _demo_labels(_version),
        f"demo-image-with-labels-{_version}": _demo_image_with_labels(_version),
        f"demo-plate-{_version}": _demo_plate(_version),
    }


def survey(path: Path) -> Survey:
    """What yaozarrs finds."""
    root = open_group(path)
    metadata = root.ome_metadata()
    if isinstance(metadata, v04.Plate | v05.Plate):
        return _plate(root, metadata)
    if isinstance(metadata, v04.Bf2Raw | v05.Bf2Raw):
        return _series(root)
    return Survey(images=dict(_images(root)), labels=dict(_labels(root)))


def _plate(root: ZarrGroup, metadata: Any) -> Survey:
    wells, images, labels = [], {}, {}
    for entry in metadata.plate.wells:
        well = root[entry.path]
        assert isinstance(well, ZarrGroup)
        fields = well.ome_metadata().well.images  # type: ignore[union-attr]
        row, column = entry.path.split("/")
        wells.append(
            WellFacts(row, column, tuple((field.path, field.acquisition) for field in fields))
        )
        for field in fields:
            images |= dict(_images(well[field.path]))
            labels |= dict(_labels(well[field.path]))
    return Survey(
        images=images,
        labels=labels,
        rows=tuple(row.name for row in metadata.plate.rows),
        columns=tuple(column.name for column in metadata.plate.columns),
        acquisitions=tuple((one.id, one.name) for one in metadata.plate.acquisitions or ()),
        wells=tuple(wells),
    )


def _series(root: ZarrGroup) -> Survey:
    if "OME" in root:
        names = root["OME"].ome_metadata().series  # type: ignore[union-attr]
    else:
        names = [str(number) for number in range(100) if str(number) in root]
    images, labels = {}, {}
    for name in names:
        images |= dict(_images(root[name]))
        labels |= dict(_labels(root[name]))
    return Survey(images=images, labels=labels)


def _images(group: Any) -> Iterator[tuple[str, ImageFacts]]:
    metadata = group.ome_metadata()
    if isinstance(metadata, v04.Image | v05.Image):
        yield group.path, _facts(metadata)


def _labels(group: Any) -> Iterator[tuple[str, ImageFacts]]:
    if "labels" not in group:
        return
    labels = group["labels"]
    for name in dict.fromkeys(labels.ome_metadata().labels):
        yield labels[name].path, _facts(labels[name].ome_metadata())


def _facts(metadata: Any) -> ImageFacts:
    multiscale = metadata.multiscales[0]
    return ImageFacts(
        axes=tuple(
            AxisFacts(axis.name, getattr(axis, "type", None), getattr(axis, "unit", None))
            for axis in multiscale.axes
        ),
        levels=tuple(
            LevelFacts(dataset.path, _vector(dataset, "scale"), _vector(dataset, "translation"))
            for dataset in multiscale.datasets
        ),
    )


def _vector(dataset: Any, kind: str) -> tuple[float, ...] | None:
    for transformation in dataset.coordinateTransformations:
        if transformation.type == kind:
            return tuple(getattr(transformation, kind))
    return None
