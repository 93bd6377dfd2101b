"""What we find in a converted collection, through our typed reading alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from ngio_collections import MissingAttributeError
from tests.conversion.accounting import path_of
from tests.writers.surveys import AxisFacts, ImageFacts, LevelFacts, Survey, WellFacts


def survey(root: Any, source: Path) -> Survey:
    """Survey a collection; images go by the paths of their finest arrays.

    Args:
        root: The root node, inlined.
        source: Where the hierarchy is that it was made from.
    """
    nodes = [node for node in root.walk() if node.type == "multiscale"]
    labels = [node for node in nodes if "labels" in node.attributes]
    images = [node for node in nodes if "labels" not in node.attributes]
    found = Survey(
        images={_path(node, source): _facts(node, source) for node in images},
        labels={_path(node, source): _facts(node, source) for node in labels},
    )
    if "plate" not in root.attributes:
        return found
    return replace(
        found,
        rows=tuple(row.name for row in root.rows),
        columns=tuple(column.name for column in root.columns),
        acquisitions=tuple(_acquisition(entry) for entry in root.acquisitions),
        wells=tuple(_well(well, source) for well in root.wells()),
    )


def _path(node: Any, source: Path) -> str:
    """The path of an array, or of the finest one of an image."""
    return path_of(node.array_url).relative_to(source).as_posix()


def _facts(image: Any, source: Path) -> ImageFacts:
    return ImageFacts(
        axes=tuple(AxisFacts(axis.name, axis.type, axis.unit) for axis in image.axes),
        levels=tuple(
            LevelFacts(_path(level, source), *_placement(level)) for level in image.levels()
        ),
    )


def _placement(level: Any) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None]:
    """The scale and the translation of a level, if anything says them."""
    try:
        return level.scale(), level.translation()
    except MissingAttributeError:
        return None, None


def _acquisition(entry: Any) -> tuple[int, str | None]:
    number = int(re.fullmatch(r"acquisition_(\d+)", entry.id).group(1))  # type: ignore[union-attr]
    return number, None if entry.name == entry.id else entry.name


def _well(well: Any, source: Path) -> WellFacts:
    images = []
    for image in well.images():
        _, _, field, *_ = _path(image, source).split("/")
        entry = image.acquisition
        images.append((field, None if entry is None else _acquisition(entry)[0]))
    return WellFacts(well.row.name, well.column.name, tuple(images))
