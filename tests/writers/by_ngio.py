"""Hierarchies by ngio, 0.4 and 0.5: images with labels and tables, plates; and what it reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ngio
import numpy as np
import pandas as pd

from tests.writers.surveys import AxisFacts, ImageFacts, LevelFacts, Survey, WellFacts

NAME = "ngio"
RENAMED = ngio.AxesSetup(x="X", y="Y", z="depth", c="ch")


def _container(store: Any, version: Any, name: str, **more: Any) -> ngio.OmeZarrContainer:
    return ngio.create_ome_zarr_from_array(
        store,
        np.zeros((2, 2, 8, 8), "uint16"),
        pixelsize=0.1625,
        z_spacing=1.0,
        levels=2,
        axes_names=["c", "z", "y", "x"],
        channels_meta=[
            ngio.Channel.default_init(label="DAPI", wavelength_id="A01_C01", color="0000FF"),
            "GFP",
        ],
        name=name,
        ngff_version=version,
        **more,
    )


def _image(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        container = _container(path, version, "cells", translation=(0.0, -3.0, 128.5, 0.25))
        label = container.derive_label("nuclei")
        label.set_array(np.ones((2, 8, 8), "uint32"))
        label.consolidate()
        container.derive_label("membranes", pixelsize=0.325)
        container.add_table("FOV_ROI_table", container.build_image_roi_table("well"))
        container.add_table("nuclei_ROI_table", container.build_masking_roi_table("nuclei"))

    return write


def _time_series(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        ngio.create_empty_ome_zarr(
            path,
            shape=(3, 8, 8),
            pixelsize=(0.5, 0.25),
            time_spacing=4.0,
            levels=["full", "half"],
            space_unit="nanometer",
            time_unit="minute",
            axes_names=["t", "y", "x"],
            ngff_version=version,
        )

    return write


def _renamed_axes(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        ngio.create_empty_ome_zarr(
            path,
            shape=(2, 3, 8, 8),
            pixelsize=1.5,
            levels=1,
            axes_names=["ch", "depth", "Y", "X"],
            axes_setup=RENAMED,
            ngff_version=version,
        )

    return write


def _plate(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        plate = ngio.create_empty_plate(
            path,
            name="plate of ngio",
            images=[
                ngio.ImageInWellPath(
                    row=row, column=column, path=image, acquisition_id=number,
                    acquisition_name=name,
                )
                for row, column in (("B", "03"), ("C", "04"))
                for image, number, name in (("0", 0, "cycle 1"), ("1", 1, "cycle 2"))
            ],
            ngff_version=version,
        )  # fmt: skip
        for image in plate.images_paths():
            container = _container(plate.get_image_store(*_places(image)), version, image)
            if image.endswith("/0"):
                container.derive_label("nuclei")
        plate.add_table("conditions", _conditions())

    return write


def _places(image: str) -> tuple[str, str, str]:
    row, column, path = image.split("/")
    return row, column, path


def _conditions() -> ngio.ConditionTable:
    return ngio.ConditionTable(
        pd.DataFrame({"row": ["B", "C"], "column": ["03", "04"], "drug": ["a", "b"]})
    )


def _empty_plate(version: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        plate = ngio.create_empty_plate(path, name="nothing yet", ngff_version=version)
        plate.add_row("A")
        plate.add_column(1)
        plate.add_acquisition(0, acquisition_name="planned")

    return write


HIERARCHIES: dict[str, Callable[[Path], None]] = {}
for _version in ("0.4", "0.5"):
    HIERARCHIES |= {
        f"image-{_version}": _image(_version),
        f"time-series-{_version}": _time_series(_version),
        f"renamed-axes-{_version}": _renamed_axes(_version),
        f"plate-{_version}": _plate(_version),
        f"empty-plate-{_version}": _empty_plate(_version),
    }


def survey(path: Path) -> Survey:
    """What ngio finds."""
    try:
        plate = ngio.open_ome_zarr_plate(path, mode="r")
    except ngio.NgioValidationError:
        images, labels = _container_facts(_opened(path), "")
        return Survey(images=images, labels=labels)
    images, labels, wells = {}, {}, []
    for well_path in plate.wells_paths():
        row, column = well_path.split("/")
        well = plate.get_well(row, column)
        fields = [(one, well.get_image_acquisition_id(one)) for one in well.paths()]
        wells.append(WellFacts(row, column, tuple(fields)))
        for field, _ in fields:
            place = f"{well_path}/{field}"
            its_images, its_labels = _container_facts(well.get_image(field), place)
            images |= its_images
            labels |= its_labels
    return Survey(
        images=images,
        labels=labels,
        rows=tuple(plate.rows),
        columns=tuple(plate.columns),
        acquisitions=tuple(zip(plate.acquisition_ids, plate.acquisitions_names, strict=True)),
        wells=tuple(wells),
    )


def _opened(path: Path) -> ngio.OmeZarrContainer:
    try:
        return ngio.open_ome_zarr_container(path, mode="r")
    except ngio.NgioError:
        return ngio.open_ome_zarr_container(path, mode="r", axes_setup=RENAMED)


def _container_facts(
    container: ngio.OmeZarrContainer, path: str
) -> tuple[dict[str, ImageFacts], dict[str, ImageFacts]]:
    labels = {
        f"{path}/labels/{name}".lstrip("/"): _facts(container.get_label(name).meta)
        for name in container.list_labels()
    }
    return {path: _facts(container.meta)}, labels


def _facts(meta: Any) -> ImageFacts:
    return ImageFacts(
        axes=tuple(
            AxisFacts(axis.name, axis.axis_type and axis.axis_type.value, axis.unit)
            for axis in meta.axes_handler.axes
        ),
        levels=tuple(
            LevelFacts(dataset.path, tuple(dataset.scale), tuple(dataset.translation))
            for dataset in meta.datasets
        ),
    )
