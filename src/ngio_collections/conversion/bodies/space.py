"""Axes and coordinate systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ngio_collections._generated import conversions
from ngio_collections.conversion._engine import (
    ABSENT,
    Mapped,
    Piece,
    Restored,
    UnconvertibleError,
    Wrong,
    convert,
    converts,
    restore,
    restores,
)


def axes_of(value: list[Any], piece: Piece, at: str, within: str) -> list[dict[str, Any]]:
    """The axes of a coordinate system.

    Raises:
        UnconvertibleError: One of them is no axis, or has the name of another one.
    """
    axes: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for number, item in enumerate(value):
        here = f"{at}/{number}"
        if isinstance(item, str):
            raise UnconvertibleError(
                here,
                f'is the string "{item}", as in OME-Zarr 0.3 and before; expected an object with '
                "the name of an axis; write the image as 0.4 or newer first",
            )
        part = Piece(
            "axis",
            item,
            here,
            page=piece.page,
            made=piece.made,
            work=piece.work,
            within=f"{within}/{number}",
        )
        axis: dict[str, Any] = {}
        part.target = axis
        convert(part)
        name = axis["name"]
        if name in seen:
            raise UnconvertibleError(
                f"{here}/name", f"is the name of axis {seen[name]} already; expected another one"
            )
        seen[name] = number
        axes.append(axis)
    return axes


def axes_back(axes: Any, piece: Restored) -> list[dict[str, Any]]:
    """The axes of a coordinate system as they were."""
    return [
        restore(
            Restored(
                "axis",
                piece.version,
                piece.node,
                piece.work,
                value=axis,
                name=str(axis.get("name")),
            )
        )
        for axis in axes or ()
        if isinstance(axis, Mapping)
    ]


@converts(conversions.axis_name)
def axis_name(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, str):
        return Wrong("the name of the axis as a string")
    piece.name = value
    return piece.put("name", value)


@restores(conversions.axis_name)
def axis_name_back(piece: Restored) -> Any:
    return piece.value.get("name", ABSENT)


def _text(field: str, value: Any, piece: Piece) -> Mapped:
    return piece.put(field, value) if isinstance(value, str) else Wrong("a string")


@converts(conversions.axis_type)
def axis_type(value: Any, piece: Piece, at: str) -> Mapped:
    return _text("type", value, piece)


@restores(conversions.axis_type)
def axis_type_back(piece: Restored) -> Any:
    return piece.value.get("type", ABSENT)


@converts(conversions.axis_unit)
def axis_unit(value: Any, piece: Piece, at: str) -> Mapped:
    return _text("unit", value, piece)


@restores(conversions.axis_unit)
def axis_unit_back(piece: Restored) -> Any:
    return piece.value.get("unit", ABSENT)


@converts(conversions.axis_longname)
def axis_longname(value: Any, piece: Piece, at: str) -> Mapped:
    return _text("longName", value, piece)


@restores(conversions.axis_longname)
def axis_longname_back(piece: Restored) -> Any:
    return piece.value.get("longName", ABSENT)


@converts(conversions.axis_discrete)
def axis_discrete(value: Any, piece: Piece, at: str) -> Mapped:
    return piece.put("discrete", value) if isinstance(value, bool) else Wrong("true or false")


@restores(conversions.axis_discrete)
def axis_discrete_back(piece: Restored) -> Any:
    return piece.value.get("discrete", ABSENT)
