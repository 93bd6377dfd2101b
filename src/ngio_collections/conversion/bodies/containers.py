"""The groups that bioformats2raw writes around its series."""

from __future__ import annotations

from typing import Any, Final

from ngio_collections._generated import conversions
from ngio_collections.conversion._engine import (
    ABSENT,
    DONE,
    Mapped,
    Piece,
    Restored,
    Wrong,
    converts,
    restores,
)
from ngio_collections.conversion._restoring import BackTask
from ngio_collections.conversion._work import ListTask
from ngio_collections.conversion.bodies._shared import listed, version_back, version_of

LAYOUT: Final = 3
"""The layout of bioformats2raw that the specification knows."""


@converts(conversions.container_group_bioformats2raw_layout)
def container_group_bioformats2raw_layout(value: Any, piece: Piece, at: str) -> Mapped:
    return "/nodes" if value == LAYOUT and value is not True else Wrong(f"the number {LAYOUT}")


@restores(conversions.container_group_bioformats2raw_layout)
def container_group_bioformats2raw_layout_back(piece: Restored) -> Any:
    return LAYOUT


@converts(conversions.container_group_version)
def container_group_version(value: Any, piece: Piece, at: str) -> Mapped:
    return version_of(value, piece, at)


@restores(conversions.container_group_version)
def container_group_version_back(piece: Restored) -> Any:
    return version_back(piece)


@converts(conversions.series_group_series)
def series_group_series(value: Any, piece: Piece, at: str) -> Mapped:
    task: ListTask = piece.work
    if task.found is not None:
        return listed("series", value, piece, at)
    where = piece.keep("series", value)
    piece.page.kept(at, piece.node.place, where, piece.rest_key, "The wells list the images.")
    return DONE


@restores(conversions.series_group_series)
def series_group_series_back(piece: Restored) -> Any:
    task: BackTask = piece.work
    if task.plate is not None:
        return ABSENT
    paths = [task.path_from_parent(node.group) for node in task.nodes[1:]]
    return [path for path in paths if path is not None]
