"""What the code of several groups has in common."""

from __future__ import annotations

import sys
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections.conversion._engine import (
    ABSENT,
    DONE,
    Mapped,
    Piece,
    Restored,
    UnconvertibleError,
    Wrong,
)
from ngio_collections.conversion._names import GROUP, NAMED, VERSION
from ngio_collections.conversion._work import ListTask, Task
from ngio_collections.errors import PathError

ORTHONORMAL: Final = 1e-6
"""How far a matrix may be from a rotation."""
_LARGEST: Final = int(sys.float_info.max)

__all__ = [
    "is_whole",
    "kept_empty",
    "listed",
    "name_back",
    "version_back",
    "version_of",
    "zarr_url",
]


def zarr_url(value: Any, task: Task, at: str) -> tuple[str, str]:
    """Where a Zarr path of a group leads, and how it is written in the shortest way.

    Raises:
        UnconvertibleError: It leads nowhere.
    """
    if not isinstance(value, str):
        raise UnconvertibleError(at, Wrong("a path as a string").found(value))
    try:
        url = _paths.zarr_child(task.base, value)
        return url, _paths.zarr_path(task.base, url)
    except PathError as error:
        raise UnconvertibleError(at, f"cannot be followed: {error}") from None


def version_of(value: Any, piece: Piece, at: str) -> Mapped:
    """Remember the version of a group."""
    if not isinstance(value, str):
        return Wrong("the version of OME-Zarr as a string")
    piece.node.attributes[VERSION] = value
    return f"/attributes/{VERSION}"


def version_back(piece: Restored) -> Any:
    """The version of a group: that of the source, if it is the one that is asked for."""
    known = piece.attributes.get(VERSION)
    is_same = isinstance(known, str) and known.startswith(piece.version)
    return known if is_same else piece.version


def name_back(piece: Restored) -> Any:
    """The name of a node, unless it is the one that it was given."""
    name = piece.node.field("name")
    return ABSENT if name is None or name == piece.attributes.get(NAMED) else name


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number."""
    return type(value) is int


def kept_empty(field: str, value: Any, piece: Piece, at: str) -> Mapped:
    """Keep an array without items, which would not come back otherwise."""
    where = piece.keep(field, value)
    piece.page.kept(at, piece.node.place, where, piece.rest_key, "It is empty.")
    return DONE


def listed(field: str, value: Any, piece: Piece, at: str) -> Mapped:
    """A list of the paths of images, which were converted before."""
    if not isinstance(value, list):
        return Wrong("an array of paths")
    if not value:
        return kept_empty(field, value, piece, at)
    task: ListTask = piece.work
    assert task.found is not None
    seen: set[str] = set()
    for number, item in enumerate(value):
        found = task.found[number]
        if not found.images:
            piece.page.refused(f"{at}/{number}", found.reason)
            continue
        made = found.images[0]
        piece.page.mapped(f"{at}/{number}", made.place, f"/attributes/{GROUP}", "It is this image.")
        if item != task.canonical(item) or item in seen:
            piece.keep(field, value)
        seen.add(item)
    return DONE


def is_vector(value: Any, length: int) -> bool:
    """Whether a value is an array of so many numbers that floats can hold."""
    return (
        isinstance(value, list)
        and len(value) == length
        and all(
            type(one) is float or (type(one) is int and -_LARGEST <= one <= _LARGEST)
            for one in value
        )
    )


def is_rotation(rows: list[list[float]]) -> bool:
    """Whether a matrix is a rotation, to within what seven digits say."""
    size = len(rows)
    if any(len(row) != size for row in rows):
        return False
    for i in range(size):
        for j in range(size):
            product = sum(float(a) * b for a, b in zip(rows[i], rows[j], strict=True))
            if abs(product - (1 if i == j else 0)) > ORTHONORMAL:
                return False
    return abs(_determinant([list(row) for row in rows]) - 1) <= ORTHONORMAL


def _determinant(rows: list[list[float]]) -> float:
    """The determinant of an orthonormal matrix, by elimination."""
    result = 1.0
    for column in range(len(rows)):
        pivot = max(range(column, len(rows)), key=lambda row: abs(rows[row][column]))
        if not rows[pivot][column]:
            return 0.0
        if pivot != column:
            rows[column], rows[pivot] = rows[pivot], rows[column]
            result = -result
        result *= rows[column][column]
        for row in range(column + 1, len(rows)):
            factor = rows[row][column] / rows[column][column]
            for position in range(column, len(rows)):
                rows[row][position] -= factor * rows[column][position]
    return result
